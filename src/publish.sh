#!/usr/bin/env bash
# SUMMARY: Publishes the daemon as one native file: artifacts/publish/RID/plugboot.
#
# publish.sh RID [OPTION...]    options are those of "dotnet publish", for another linker
# publish.sh --restore RID      only fetches what that needs, so that it can be done without a network afterwards
#
# net10.0 is the product. Where the package source has no .NET 10 NativeAOT runtime pack, linux-x64 is rehearsed on
# net9.0, whose compiler package carries its own runtime; for other machines there is then nothing to publish.
set -euo pipefail
# shellcheck source=../board/common/shell.sh
source "$(dirname "$0")/../board/common/shell.sh"

restore_only=no
[ "${1:-}" != --restore ] || { restore_only=yes && shift; }
rid=${1:-linux-x64}
options=("${@:2}")
case $rid in linux-x64 | linux-arm64 | linux-arm) ;; *) die "unknown RID '$rid': linux-x64, linux-arm64, linux-arm" ;; esac
output=$artifacts/publish/$rid
# A source that lacked the pack a while ago is not asked again; a day later it may have it.
decision=$output/.rehearse
decision_minutes=1440

# fingerprint: digest of everything that the binary is made of.
fingerprint() {
    {
        dotnet --version
        printf '%s\n' "${options[@]}"
        find src/Appliance src/Appliance.Formats configs/profiles src/publish.sh Directory.*.props global.json \
            -type f -not -path '*/obj/*' -not -path '*/bin/*' -print0 | sort --zero-terminated | xargs --null sha256sum
    } | sha256sum | cut --delimiter=' ' --fields=1
}

# restore and publish OPTION...: their log goes to a file and is shown when they fail.
restore() { dotnet restore src/Appliance --runtime "$rid" --property:PublishAot=true "$@" > "$output/publish.log" 2>&1; }

publish() {
    rm -rf "$output.new"
    dotnet publish src/Appliance --configuration Release --runtime "$rid" --no-restore --property:PublishAot=true \
        --output "$output.new" "$@" "${options[@]}" > "$output/publish.log" 2>&1 || fail
}

# missing_pack: name of the package that restore did not find.
missing_pack() {
    grep --only-matching --max-count=1 'package [^ ]*NativeAOT\.[a-z0-9-]*' "$output/publish.log" |
        cut --delimiter=' ' --fields=2
}

# pack_version: that of the runtime which comes with the SDK.
pack_version() { dotnet msbuild src/Appliance -getProperty:BundledNETCoreAppPackageVersion; }

fail() {
    cat "$output/publish.log" >&2
    die "the daemon does not compile for $rid: see above"
}

finish() {
    mv "$output.new/plugboot" "$output/plugboot"
    [ ! -e "$output.new/plugboot.dbg" ] || mv "$output.new/plugboot.dbg" "$output/plugboot.dbg"
    rm -rf "$output.new"
    printf '%s\n' "$current" > "$output/.fingerprint"
    log "$output/plugboot ($1, $(($(stat --format=%s "$output/plugboot") / 1024)) KiB)"
}

rehearse() {
    log "REHEARSAL: net9.0, because the package source lacks $(cat "$decision"); the product is net10.0"
    framework='net9.0 rehearsal' properties=(--property:AotRehearsal=true)
    restore "${properties[@]}" || fail
}

# choose: restores the product or, where that cannot be had, its rehearsal.
choose() {
    framework=net10.0 properties=()
    if [ "$rid" = linux-x64 ] && [ -n "$(find "$decision" -mmin "-$decision_minutes" 2> /dev/null)" ]; then
        rehearse
    elif restore; then
        rm -f "$decision"
    elif ! grep --quiet NU1101 "$output/publish.log"; then
        fail
    elif [ "$rid" = linux-x64 ]; then
        missing_pack > "$decision"
        rehearse
    else
        die "cannot publish for $rid: the package source lacks $(missing_pack) $(pack_version); use one that has it," \
            "or compile the daemon on a machine that has, and name the file: ./create.sh BOARD --service FILE"
    fi
}

cd "$tree"
mkdir -p "$output"
exec 9> "$output/.lock"
flock 9
current=$(fingerprint)
if [ "$restore_only" = no ] && [ -x "$output/plugboot" ] && [ "$(cat "$output/.fingerprint" 2> /dev/null)" = "$current" ]; then
    log "$output/plugboot is current"
    exit
fi
choose
[ "$restore_only" = no ] || exit 0
publish "${properties[@]}"
finish "$framework"
