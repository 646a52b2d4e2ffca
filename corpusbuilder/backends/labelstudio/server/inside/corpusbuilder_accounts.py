"""Makes sure that a Label Studio has the account it is told about. Reads JSON on stdin, writes JSON on stdout.

Runs under Label Studio's Python, not under ours, with the environment of its server. Passwords and tokens come on
stdin because others can read command lines.
"""

import importlib
import json
import sys
from typing import Any


def main() -> None:
    """``{"email", "password", "token"}`` in, ``{"invitation"}`` out: the token of the sign-up link."""
    wanted = json.load(sys.stdin)
    server: Any = importlib.import_module("label_studio.server")
    server._setup_env()  # noqa: SLF001 - Label Studio has no public way to prepare a database without starting
    server._apply_database_migrations()  # noqa: SLF001
    from organizations.models import Organization  # type: ignore[import-not-found]
    from rest_framework.authtoken.models import Token  # type: ignore[import-not-found]
    from users.models import User  # type: ignore[import-not-found]

    user = User.objects.filter(email=wanted["email"]).first() or User(email=wanted["email"], username=wanted["email"])
    user.is_staff = user.is_superuser = user.is_active = True
    user.set_password(wanted["password"])
    user.save()
    organization = Organization.objects.first() or Organization.create_organization(
        created_by=user, title="corpusbuilder"
    )
    organization.add_user(user)
    organization.jwt.legacy_api_tokens_enabled = True
    organization.jwt.save()
    user.active_organization = organization
    user.save()
    Token.objects.filter(user=user).delete()
    Token.objects.create(user=user, key=wanted["token"])
    json.dump({"invitation": organization.token}, sys.stdout)


main()
