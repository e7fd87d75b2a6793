"""Builds a set again from its lists and its secrets, with the independent implementation, and compares every byte but
the signatures.

Usage: rebuild_set.py SET SECRETS PACKAGE KEYFILE=LIST..., with Vectors/generate in PYTHONPATH. Exit code 0 if all is
equal.
"""

import sys
from pathlib import Path

from reference.audit import AuditPackage
from reference.building import build_with_secrets
from reference.commands_a import key_and_list, read_lists
from reference.entries import select_entries
from reference.keys import SetSecrets
from reference.set_file import SetFile

path, secrets_path, package_path, *pairs = sys.argv[1:]
given = SetFile.decode(Path(path).read_bytes())
package = AuditPackage.decode(Path(package_path).read_bytes())
header, parameters = given.header, given.parameters
lists = read_lists([key_and_list(pair) for pair in pairs], parameters.profile.minimum_quality, False)
sources = tuple(sorted(lists))
selection = select_entries(
    [lists[source] for source in sources], parameters.profile, parameters.minimum_sources, parameters.separation
)
secrets = SetSecrets.decode(Path(secrets_path).read_bytes())
new = build_with_secrets(selection, secrets, sources, parameters, header.version, header.issued_at, header.expires_at)
differences = [
    name
    for name, a, b in [
        ("signed part", new.set_file.signed_part, given.signed_part),
        ("table", new.set_file.table, given.table),
        ("keys", new.package.keys, package.keys),
        ("supporters", new.package.supporters, package.supporters),
        ("filler seed", new.package.filler_seed, package.filler_seed),
        ("secrets", secrets.encode(), Path(secrets_path).read_bytes()),
    ]
    if a != b
]
print(
    f"{header.entries} entries, {len(given.table)} bytes of table: "
    + (", ".join(differences) + " differ" if differences else "identical")
)
sys.exit(1 if differences else 0)
