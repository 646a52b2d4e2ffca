"""What a Hub knows and does, without HTTP: repositories, commits, refs, large files. Written from the requests that
`huggingface_hub` sends and the answers that it reads."""

import base64
import hashlib
import json
from dataclasses import dataclass, field
from urllib.parse import parse_qs, quote, unquote

LARGE = 2_000
"""Bytes from which a file is kept apart; Parquet always is."""
GIVEN = b"*.parquet filter=lfs diff=lfs merge=lfs -text\n"


class HubError(Exception):
    """The Hub says no."""

    def __init__(self, status, message, code=""):
        super().__init__(message)
        self.status, self.message, self.code = status, message, code


@dataclass(frozen=True)
class Blob:
    content: bytes
    is_lfs: bool = False

    @property
    def sha256(self):
        return hashlib.sha256(self.content).hexdigest()

    @property
    def in_git(self):
        if not self.is_lfs:
            return self.content
        size = len(self.content)
        return f"version https://git-lfs.github.com/spec/v1\noid sha256:{self.sha256}\nsize {size}\n".encode()

    @property
    def oid(self):
        return hashlib.sha1(b"blob %d\0%b" % (len(self.in_git), self.in_git)).hexdigest()

    def listed(self, path):
        entry = {"type": "file", "path": path, "size": len(self.content), "oid": self.oid}
        if self.is_lfs:
            entry["lfs"] = {"oid": self.sha256, "size": len(self.content), "pointerSize": len(self.in_git)}
        return entry


@dataclass
class Repo:
    private: bool = False
    gated: str | bool = False
    commits: dict = field(default_factory=dict)
    """name -> (parent, {path: Blob}, title)."""
    branches: dict = field(default_factory=dict)
    tags: dict = field(default_factory=dict)
    store: dict = field(default_factory=dict)
    """Large files by SHA-256."""
    parts: dict = field(default_factory=dict)

    def write(self, tree, branch="main", title="initial commit"):
        """A commit on top of a branch."""
        parent = self.branches.get(branch)
        listing = sorted((path, blob.oid) for path, blob in tree.items())
        name = hashlib.sha1(json.dumps([parent, title, len(self.commits), listing]).encode()).hexdigest()
        self.commits[name] = (parent, dict(tree), title)
        self.branches[branch] = name
        return name

    def commit_of(self, revision):
        for known in (self.branches, self.tags):
            if revision in known:
                return known[revision]
        if revision in self.commits:
            return revision
        raise HubError(404, f"Invalid rev id: {revision}", "RevisionNotFound")

    def tree(self, revision="main"):
        return self.commits[self.commit_of(revision)][1]

    def bytes_of(self, revision="main"):
        """All files of a commit as a user gets them."""
        return {path: blob.content for path, blob in self.tree(revision).items()}


@dataclass
class Token:
    name: str = "marie"
    role: str | None = "write"
    may_write: bool = True


class Hub:
    """Everything on one server."""

    def __init__(self):
        self.tokens = {"hf_of-marie-0123456789": Token()}
        self.repos = {}
        self.url = ""
        self.page_size = 4
        self.chunk_size = None
        """Size of the parts in which large files are sent; in one when None."""
        self.verifies = True
        self.damages = False
        """Whether what is stored of large files is something else."""
        self.forgets = ""
        """A file that commits lose."""
        self.without = ()
        """Requests that it does not know."""
        self.initial = True
        """Whether a new repository has a first commit."""

    def answer(self, method, path, query, headers, body):
        """Status, headers and body (JSON, or bytes) of an answer."""
        parts = [unquote(part) for part in path.strip("/").split("/")]
        for kind in self.without:
            if kind in parts:
                raise HubError(404, "Not Found")
        account = self._account(headers)
        match method, parts:
            case "GET", ["api", "whoami-v2"]:
                return self._whoami(account)
            case "POST", ["api", "repos", "create"]:
                return self._create(account, json.loads(body))
            case method, ["api", "datasets", user, name, *rest]:
                repo = self._repo(f"{user}/{name}", account)
                if method != "GET" and rest[:1] != ["paths-info"]:
                    self._check_write(account)
                return self._about(method, f"{user}/{name}", repo, rest, query, body)
            case "POST", ["datasets", user, name, "info", "lfs", "objects", "batch"] if name.endswith(".git"):
                self._check_write(account)
                full = f"{user}/{name.removesuffix('.git')}"
                return self._batch(full, self._repo(full, account), json.loads(body))
            case "GET" | "HEAD", ["datasets", user, name, "resolve", revision, *file]:
                return self._resolve(self._repo(f"{user}/{name}", account), revision, "/".join(file))
            case method, ["lfs", user, name, oid, *rest]:
                return self._store(method, self.repos[f"{user}/{name}"], oid, rest, body)
        raise HubError(404, "Not Found")

    def _store(self, method, repo, oid, rest, body):
        """What stands beside the Hub and knows no token."""
        match method, rest:
            case "PUT", [] | [_]:
                return self._put(repo, oid, rest, body)
            case "POST", ["complete"]:
                numbers = [part["partNumber"] for part in json.loads(body)["parts"]]
                return self._put(repo, oid, [], b"".join(repo.parts[oid, number] for number in numbers))
            case "POST", ["verify"] if oid in repo.store:
                return 200, {}, b"OK"
        raise HubError(404, "no such object")

    def _account(self, headers):
        bearer = headers.get("authorization", "").removeprefix("Bearer ").strip()
        if bearer and bearer not in self.tokens:
            raise HubError(401, f"Invalid credentials in Authorization header: {bearer}")
        return self.tokens.get(bearer)

    def _check_write(self, account):
        if account is None:
            raise HubError(401, "Invalid username or password.")
        if not account.may_write:
            raise HubError(403, "You don't have the rights to write here")

    def _repo(self, name, account):
        repo = self.repos.get(name)
        if repo is None or (repo.private and account is None):
            raise HubError(404 if account else 401, "Repository not found", "RepoNotFound")
        return repo

    def _whoami(self, account):
        if account is None:
            raise HubError(401, "Invalid username or password.")
        token = {} if account.role is None else {"accessToken": {"displayName": "t", "role": account.role}}
        return 200, {}, {"type": "user", "name": account.name, "orgs": [], "auth": {"type": "access_token", **token}}

    def _create(self, account, asked):
        self._check_write(account)
        name = f"{asked.get('organization') or account.name}/{asked['name']}"
        if asked["type"] != "dataset":
            raise HubError(400, "only data sets here")
        if name in self.repos:
            raise HubError(409, "You already created this dataset repo")
        repo = self.repos[name] = Repo(private=asked.get("visibility") == "private")
        if self.initial:
            repo.write({".gitattributes": Blob(GIVEN)})
        return 200, {}, {"url": f"{self.url}/datasets/{name}", "name": name}

    def _about(self, method, name, repo, rest, query, body):
        match method, rest:
            case "GET", [] | ["revision", _]:
                return self._information(name, repo, rest[1] if rest else "main")
            case "GET", ["refs"]:
                return (
                    200,
                    {},
                    {
                        "branches": [_ref(n, f"refs/heads/{n}", c) for n, c in repo.branches.items()],
                        "tags": [_ref(n, f"refs/tags/{n}", c) for n, c in repo.tags.items()],
                        "converts": [],
                    },
                )
            case "GET", ["tree", revision, *folder]:
                return self._tree(name, repo, revision, "/".join(folder), query)
            case "POST", ["paths-info", revision]:
                wanted, tree = parse_qs(body.decode())["paths"], repo.tree(revision)
                return 200, {}, [tree[path].listed(path) for path in wanted if path in tree]
            case "POST", ["preupload", revision]:
                repo.commit_of(revision) if repo.commits else None
                return 200, {}, {"files": [_mode(file, repo, revision) for file in json.loads(body)["files"]]}
            case "POST", ["commit", branch]:
                return self._commit(name, repo, branch, [json.loads(line) for line in body.splitlines()])
            case "POST", ["tag", revision]:
                tag = json.loads(body)["tag"]
                if tag in repo.tags:
                    raise HubError(409, f"Tag {tag} already exists")
                repo.tags[tag] = repo.commit_of(revision)
                return 200, {}, b"OK"
            case "PUT", ["settings"]:
                asked = json.loads(body)
                repo.gated = asked.get("gated", repo.gated)
                repo.private = asked["visibility"] == "private" if "visibility" in asked else repo.private
                return 200, {}, asked
        raise HubError(404, "Not Found")

    def _information(self, name, repo, revision):
        commit = repo.commit_of(revision) if repo.commits or revision != "main" else None
        tree = repo.commits[commit][1] if commit else {}
        return (
            200,
            {},
            {
                "id": name,
                "author": name.split("/")[0],
                "sha": commit,
                "private": repo.private,
                "gated": repo.gated,
                "disabled": False,
                "tags": [],
                "downloads": 0,
                "likes": 0,
                "siblings": [{"rfilename": path} for path in sorted(tree)],
            },
        )

    def _tree(self, name, repo, revision, folder, query):
        tree, recursive = repo.tree(revision), query.get("recursive", ["false"])[0].casefold() == "true"
        start, entries = f"{folder}/" if folder else "", {}
        for path, blob in sorted(tree.items()):
            if not path.startswith(start):
                continue
            steps = path.removeprefix(start).split("/")
            for depth in range(1, len(steps) if recursive else min(len(steps), 2)):
                parent = start + "/".join(steps[:depth])
                entries[parent] = {"type": "directory", "path": parent, "size": 0, "oid": "0" * 40}
            if recursive or len(steps) == 1:
                entries[path] = blob.listed(path)
        if not entries and folder:
            raise HubError(404, f"{folder} does not exist", "EntryNotFound")
        first = int(query.get("cursor", ["0"])[0])
        listing, headers = [entries[path] for path in sorted(entries)], {}
        if first + self.page_size < len(listing):
            place = f"{self.url}/api/datasets/{name}/tree/{quote(revision, safe='')}" + quote(
                f"/{folder}" * bool(folder)
            )
            more = f"{place}?recursive={recursive}&cursor={first + self.page_size}"
            headers["Link"] = f'<{more}>; rel="next"'
        return 200, headers, listing[first : first + self.page_size]

    def _batch(self, name, repo, asked):
        objects = []
        for wanted in asked["objects"]:
            oid = wanted["oid"]
            entry = {"oid": oid, "size": wanted["size"]}
            if oid not in repo.store:
                entry["actions"] = self._actions(f"{self.url}/lfs/{name}/{oid}", wanted["size"])
            objects.append(entry)
        return 200, {}, {"transfer": "multipart" if self.chunk_size else "basic", "objects": objects}

    def _actions(self, place, size):
        upload = {"href": place}
        if self.chunk_size:
            numbers = range(1, -(-size // self.chunk_size) + 1)
            header = {f"{n:05d}": f"{place}/{n}" for n in numbers}
            upload = {"href": f"{place}/complete", "header": {"chunk_size": str(self.chunk_size), **header}}
        return {"upload": upload, **({"verify": {"href": f"{place}/verify"}} if self.verifies else {})}

    def _put(self, repo, oid, part, body):
        if part:
            repo.parts[oid, int(part[0])] = body
            return 200, {"ETag": f'"{hashlib.md5(body).hexdigest()}"'}, b""
        if hashlib.sha256(body).hexdigest() != oid:
            raise HubError(400, "the content is not what its name says")
        repo.store[oid] = body[:-1] + b"?" if self.damages else body
        return 200, {}, b""

    def _commit(self, name, repo, branch, lines):
        header = lines[0]["value"]
        head = repo.branches.get(branch)
        if head is None and repo.commits:
            raise HubError(404, f"Invalid rev id: {branch}", "RevisionNotFound")
        if header.get("parentCommit") not in (None, head):
            raise HubError(412, "A commit has happened since. Please refresh and try again.")
        tree = dict(repo.tree(branch)) if head else {}
        for line in lines[1:]:
            value = line["value"]
            if line["key"] == "deletedFile":
                if tree.pop(value["path"], None) is None:
                    raise HubError(404, "A file with this name doesn't exist", "EntryNotFound")
            elif line["key"] == "file":
                tree[value["path"]] = Blob(base64.b64decode(value["content"]))
            elif line["key"] == "lfsFile":
                if value["oid"] not in repo.store:
                    raise HubError(400, f"LFS pointer pointed to a file that does not exist: {value['path']}")
                tree[value["path"]] = Stored(repo.store[value["oid"]], value["oid"])
            else:
                raise HubError(400, f"unknown operation {line['key']}")
        tree.pop(self.forgets, None)
        made = repo.write(tree, branch, header["summary"])
        return 200, {}, {"success": True, "commitOid": made, "commitUrl": f"{self.url}/datasets/{name}/commit/{made}"}

    def _resolve(self, repo, revision, path):
        commit = repo.commit_of(revision)
        blob = repo.commits[commit][1].get(path)
        if blob is None:
            raise HubError(404, "Entry not found", "EntryNotFound")
        etag = blob.sha256 if blob.is_lfs else blob.oid
        headers = {"X-Repo-Commit": commit, "ETag": f'"{etag}"', "Accept-Ranges": "bytes"}
        return 200, headers, blob.content


class Stored(Blob):
    """A large file, which is listed under the name that it was sent with, whatever is stored."""

    def __init__(self, content, name):
        super().__init__(content, is_lfs=True)
        object.__setattr__(self, "name", name)

    @property
    def sha256(self):
        return self.name


def _ref(name, ref, commit):
    return {"name": name, "ref": ref, "targetCommit": commit}


def _mode(file, repo, revision):
    is_large = file["path"].endswith(".parquet") or file["size"] > LARGE
    there = repo.tree(revision).get(file["path"]) if repo.commits else None
    oid = None if there is None else there.sha256 if there.is_lfs else there.oid
    return {
        "path": file["path"],
        "uploadMode": "lfs" if is_large else "regular",
        "shouldIgnore": False,
        **({"oid": oid} if oid else {}),
    }
