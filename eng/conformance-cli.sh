#!/usr/bin/env bash
# Runs the recorded command lines (../shared/cases) against the built tools and rewrites docs/conformance-cli.md and the lists of cases that
# must keep passing (tests/Mainstay.Conformance.Tests/cli-passing.txt, guides-passing.txt).
# usage: eng/conformance-cli.sh [NAME]   with NAME: shows how one case of the native tools differs, and changes nothing
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
"$root/mainstay" --version >/dev/null
if [ $# -gt 0 ]; then
    exec python3 "${MAINSTAY_SHARED:-$root/../shared}/cases/check_cli.py" --path "$root/artifacts/bin" --diff "$1"
fi
project=tests/Mainstay.Conformance.Tests
dotnet build "$root/$project" -v quiet -clp:ErrorsOnly
MAINSTAY_UPDATE=1 "$root/artifacts/build/bin/Mainstay.Conformance.Tests/debug/Mainstay.Conformance.Tests" \
    --filter-class '*CommandLineConformanceTests'
git -C "$root" --no-pager diff --stat -- docs/conformance-cli.md "$project"
