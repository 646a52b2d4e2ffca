"""Where the browsers of annotators find the images of figures."""

from collections.abc import Callable
from functools import cached_property

from corpusbuilder.backends.labelstudio.client import RemoteProject, Server
from corpusbuilder.backends.labelstudio.server import local_image_url, served_assets, serves_assets
from corpusbuilder.config import ReviewSection
from corpusbuilder.pipeline.reviewfiles import ReviewFiles, UploadedImage
from corpusbuilder.records.document import ImageAsset
from corpusbuilder.store.workspace import Workspace


class ImageAddresses:
    """Addresses of images, for one project.

    ``place`` names where they are, in this order: the place that ``review.assets_url`` names; the folder ``assets``,
    where the server is the one that `review serve` runs for this workspace; the server itself, to which an image is
    uploaded once. Nothing is asked of the server before an address is.
    """

    def __init__(
        self, workspace: Workspace, config: ReviewSection, server: Server, project: RemoteProject | None
    ) -> None:
        self._workspace = workspace
        self._project = project
        self._server = server
        self._log = ReviewFiles(workspace).images()
        self.place, self._of = self._source(config, server.url)

    def __call__(self, image: ImageAsset) -> str:
        """The address of an image, which is uploaded when it has to be.

        Raises:
            StorageError: the image is not in the workspace.
            BackendError: it cannot be uploaded.
        """
        return self._of(image)

    def _source(self, config: ReviewSection, url: str) -> tuple[str, Callable[[ImageAsset], str]]:
        if config.assets_url is not None:
            base = config.assets_url.rstrip("/")
            return base, lambda image: f"{base}/{self._path(image)}"
        if serves_assets(self._workspace.root, url):
            return "local files", self._served
        return "uploads", self._uploaded

    def _served(self, image: ImageAsset) -> str:
        if self._project is not None:
            self._project.serve_local_files(served_assets(self._workspace.root))
            self._project = None  # once is enough
        return local_image_url(self._path(image))

    def _path(self, image: ImageAsset) -> str:
        """Where an image lies in the folder ``assets``."""
        path = self._workspace.asset_path(image.sha256, image.media_type)
        return path.relative_to(self._workspace.root / "assets").as_posix()

    @cached_property
    def _store(self) -> RemoteProject:
        return self._server.image_store()

    @cached_property
    def _known(self) -> dict[str, str]:
        """Addresses of what was uploaded before, as long as its project is there."""
        place = self._server.url, self._store.id
        return {image.sha256: image.address for image in self._log.read() if (image.url, image.project_id) == place}

    def _uploaded(self, image: ImageAsset) -> str:
        address = self._known.get(image.sha256)
        if address is None:
            path = self._workspace.asset_path(image.sha256, image.media_type)
            address = self._store.upload(path.name, image.media_type, self._workspace.read_asset(image.sha256))
            self._log.append(
                [UploadedImage(url=self._server.url, project_id=self._store.id, sha256=image.sha256, address=address)]
            )
            self._known[image.sha256] = address
        return address
