#!/usr/bin/env bash
# Every peer's client against the reference server: proves the peers, whatever the state of ours. Prints what is not ok.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
ports=$(mktemp)
/usr/bin/python3 "$here/python/reference_server.py" 0 --all-profiles --seconds 300 > "$ports" &
server=$!
trap 'kill $server 2> /dev/null; rm -f "$ports"' EXIT
until grep -q listening "$ports"; do sleep 0.1; done

port_of() {
    key=$(sed 's/errors=//; s/ /+/; s/^default$/listening/' <<< "$1")
    awk -v key="$key" '$1 == key { print $2 }' "$ports"
}

failed=0
for name in $("$here/peer" list); do
    lacks=$("$here/peer" "$name" missing | paste -sd, -)
    if [ -n "$lacks" ]; then echo "$name: not installed: $lacks"; continue; fi
    code=0
    report=$("$here/peer" "$name" client 127.0.0.1 "$(port_of "$("$here/peer" "$name" profile)")") || code=$?
    echo "$name: $(grep -cP '\tok\t' <<< "$report" || true) ok, $(grep -cP '\tskip\t' <<< "$report" || true) skipped, exit code $code"
    grep -vP '\tok\t' <<< "$report" | sed 's/^/    /' || true
    [ "$code" = 0 ] || failed=1
done
exit $failed
