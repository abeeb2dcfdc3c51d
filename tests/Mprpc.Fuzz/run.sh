#!/usr/bin/env bash
# Coverage-guided fuzzing with afl++ (Debian: apt-get install afl++): tests/Mprpc.Fuzz/run.sh TARGET [seconds]; targets: scanner, binder, errors, login, control, extensions, streams,
# upgrade, sharedport
# Findings are left in artifacts/fuzz/TARGET/default/crashes and hangs; dotnet Mprpc.Fuzz.dll replay TARGET FILE shows one.
set -euo pipefail

target="${1:?scanner, binder, errors, login, control, extensions, streams, upgrade or sharedport}"
seconds="${2:-600}"
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
out="$PWD/artifacts/fuzz"
mkdir -p "$out"

dotnet publish tests/Mprpc.Fuzz -c Release -o "$out/bin" --nologo -v q
dotnet tool install SharpFuzz.CommandLine --version 2.3.0 --tool-path "$out/tools" > /dev/null 2>&1 || true
"$out/tools/sharpfuzz" "$out/bin/Mprpc.Core.dll"
"$out/tools/sharpfuzz" "$out/bin/Mprpc.AspNetCore.dll"

# A further run goes on where the last one ended.
export AFL_AUTORESUME=1 AFL_SKIP_BIN_CHECK=1 AFL_SKIP_CPUFREQ=1 AFL_I_DONT_CARE_ABOUT_MISSING_CRASHES=1 AFL_NO_UI=1
exec afl-fuzz -i tests/Mprpc.Fuzz/corpus -o "$out/$target" -x tests/Mprpc.Fuzz/messagepack.dict -t 5000 -m none -V "$seconds" -- dotnet "$out/bin/Mprpc.Fuzz.dll" afl "$target"
