#!/usr/bin/env bash
# Downloads Debian packages of another architecture and unpacks them into a folder; nothing is installed, and what the
# machine knows of packages stays as it is.
#
#     unpack.sh ARCHITECTURE FOLDER PACKAGE...
set -euo pipefail
architecture=$1 folder=$2
shift 2
rm -rf "$folder"
mkdir -p "$folder/apt/lists/partial" "$folder/apt/archives/partial"
# Lists and state of its own, signed as the machine's are.
at=$(realpath "$folder/apt")
touch "$at/status"
apt=(apt-get -q -o "APT::Architecture=$architecture" -o "APT::Architectures=$architecture" -o Acquire::Retries=3
    -o "Dir::State=$at" -o "Dir::State::status=$at/status" -o "Dir::Cache=$at")
"${apt[@]}" update
(cd "$at" && "${apt[@]}" download "$@")
for package in "$at"/*.deb; do dpkg -x "$package" "$folder"; done
rm -rf "$at"
# A link to a place from the root means one in here.
find "$folder" -type l -lname '/*' -print0 | while IFS= read -r -d '' link; do
    ln -srfn "$folder$(readlink "$link")" "$link"
done
touch "$folder/ready"
