#!/usr/bin/env bash
# run.sh TOOL FUZZER OPTION...: makes a signed set with the tool, then runs the fuzzer on it.
set -euo pipefail
tool=$(realpath "$1") fuzzer=$(realpath "$2")
shift 2
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
(
    cd "$directory"
    for i in $(seq 1200); do printf 'sha256 %064x\n' "$i"; done > list
    for source in a b; do "$tool" keygen "$source.key" >/dev/null
    done
    "$tool" set build --source a.key.pub=list --source b.key.pub=list -o set > /dev/null
    for source in a b; do
        "$tool" set sign set --key "$source.key" --package set.audit --list "$source.key.pub=list" \
            --known a.key.pub b.key.pub >/dev/null
    done
)
export SEALEDMATCH_FUZZ_SET="$directory/set" SEALEDMATCH_FUZZ_NOW
SEALEDMATCH_FUZZ_NOW=$(date +%s)
SEALEDMATCH_FUZZ_KEYS=$(cut -d' ' -f2 "$directory"/{a,b}.key.pub | tr '\n' ' ')
export SEALEDMATCH_FUZZ_KEYS
corpus=${SEALEDMATCH_FUZZ_CORPUS:-.build/fuzz-abi-corpus}
mkdir -p "$corpus"
# Inputs are programs: short ones reach little, so their length is not held back.
"$fuzzer" "$corpus" -len_control=0 "$@"
