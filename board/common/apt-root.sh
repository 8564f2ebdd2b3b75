#!/usr/bin/env bash
# SUMMARY: Fetches Debian packages of any suite through a private apt root; nothing of the host's apt changes.
#
# Signatures are checked against the host's debian-archive-keyring. The mirror, its proxy and its credentials are those
# of the host's own apt configuration, as apt itself understands it (one-line and deb822 sources alike). Needs no root.
set -euo pipefail
# shellcheck source=shell.sh
source "$(dirname "$0")/shell.sh"

usage() {
    cat << 'TEXT'
usage: apt-root.sh fetch SUITE PACKAGE[:ARCHITECTURE]...
       apt-root.sh fetch-missing SUITE PACKAGE...
       apt-root.sh fetch-udebs SUITE LIST PACKAGE...
       apt-root.sh sources SUITE

fetch          downloads the newest .deb of each package and prints its path, one line each, in the given order
fetch-missing  also downloads the dependencies that this host lacks, without a promised order
fetch-udebs    downloads components of Debian's installer (amd64) with all that they need, but what the file LIST names, one
               in each line; prints their paths
sources        prints the path of a sources.list for tools that make a whole system, such as mmdebstrap

DEBIAN_MIRROR and DEBIAN_SECURITY_MIRROR name the archives to use instead of the host's.
TEXT
}

keyring=/usr/share/keyrings/debian-archive-keyring.gpg
# Package lists younger than this are good enough: a suite that is released changes every few weeks.
lists_minutes=1440

# mirror PATTERN: the first archive of the host's apt sources whose suite matches, as a URI.
mirror() {
    local uri release component
    while read -r uri release component; do
        # shellcheck disable=SC2254 # the pattern is a pattern
        case $release in
            $1) [ "$component" != main ] || { printf '%s' "$uri" && return; } ;;
        esac
    done < <(apt-get indextargets --format "\$(REPO_URI) \$(RELEASE) \$(COMPONENT)" 'Created-By: Packages')
}

# Writes the private root: sources, settings, empty state. Leaves what is current alone.
prepare() {
    local archive security release
    release=$(. /etc/os-release && printf '%s' "${VERSION_CODENAME:-stable} ${ID:-unknown}")
    archive=${DEBIAN_MIRROR:-}
    security=${DEBIAN_SECURITY_MIRROR:-}
    if [ -z "$archive" ] && [ "${release#* }" = debian ]; then
        archive=$(mirror "${release% *}")
        [ -n "$archive" ] || archive=$(mirror '*stable')
        [ -n "$archive" ] || archive=$(mirror 'testing')
        [ -n "$security" ] || security=$(mirror '*-security')
    fi
    [ -n "$archive" ] || die "no Debian archive in this host's apt sources (see 'apt-get indextargets');" \
        "on a host that is not Debian install debian-archive-keyring and set DEBIAN_MIRROR to the URL of a Debian archive"

    mkdir -p "$root"/{etc/preferences.d,etc/sources.list.d,etc/conf.d,lists/partial,state,cache/archives/partial,debs}
    : >> "$root/state/status"
    {
        printf 'deb [signed-by=%s] %s %s %s\n' "$keyring" "$archive" "$suite" "$component"
        [ -z "$security" ] || [ "$component" != main ] || printf 'deb [signed-by=%s] %s %s-security main\n' "$keyring" "$security" "$suite"
    } > "$root/etc/sources.list.new"
    cmp --silent "$root/etc/sources.list.new" "$root/etc/sources.list" || rm -f "$root/updated"
    mv "$root/etc/sources.list.new" "$root/etc/sources.list"
    write_settings
}

# The private apt.conf. Only Acquire:: is taken from the host: how to reach the mirror. Hooks such as those of container
# images, which empty the host's package cache after each update, must not run for a private root.
write_settings() {
    local status=$root/state/status
    [ "$command" != fetch-missing ] || status=/var/lib/dpkg/status
    {
        apt-config dump | grep '^Acquire::' || true
        cat << SETTINGS
Dir::Etc::sourcelist "$root/etc/sources.list";
Dir::Etc::sourceparts "$root/etc/sources.list.d";
Dir::Etc::preferences "/dev/null";
Dir::Etc::preferencesparts "$root/etc/preferences.d";
Dir::Etc::main "/dev/null";
Dir::Etc::parts "$root/etc/conf.d";
Dir::State "$root/state";
Dir::State::lists "$root/lists";
Dir::State::status "$status";
Dir::Cache "$root/cache";
APT::Architecture "amd64";
APT::Architectures { $architectures };
APT::Sandbox::User "$(id --user --name)";
APT::Update::Error-Mode "any";
APT::Get::AllowUnauthenticated "false";
Acquire::AllowInsecureRepositories "false";
Acquire::AllowWeakRepositories "false";
Acquire::Retries "3";
Acquire::Languages "none";
SETTINGS
    } > "$root/apt.conf"
    chmod 600 "$root/apt.conf"
}

# apt ARGUMENT...: apt-get in the private root.
apt() { APT_CONFIG=$root/apt.conf apt-get --quiet --quiet "$@"; }

update() {
    local output pause
    if [ -z "${1:-}" ] && [ -n "$(find "$root/updated" -mmin "-$lists_minutes" 2> /dev/null)" ]; then
        return
    fi
    log "reading the package lists of $suite"
    # A mirror that is just being renewed has new lists and old sums for a minute.
    for pause in 20 60 0; do
        if output=$(apt update 2>&1); then
            touch "$root/updated"
            return
        fi
        printf '%s\n' "$output" >&2
        case $output in
            *NO_PUBKEY* | *'not signed'*) die "$keyring lacks the key of $suite: upgrade the package debian-archive-keyring" ;;
        esac
        [ "$pause" = 0 ] || { log "trying again in $pause s" && sleep "$pause"; }
    done
    if grep --quiet '^E: Failed to fetch' <<< "$output" && ! grep '^E: Failed to fetch' <<< "$output" | grep --quiet --invert-match -e '-security/'; then
        log "WARNING: without the security updates of $suite, whose lists the mirror does not have whole: try again later"
        return
    fi
    die "the package lists of $suite could not be fetched: check the network and the host's apt sources"
}

# Downloads, and prints the paths. apt checks what is already there, so that a second call costs nothing.
fetch() {
    local uri name rest
    (cd "$root/debs" && apt download "$@") >&2 || return 1
    for package in "$@"; do
        read -r uri name rest < <(apt --print-uris download "$package") || true
        if [ -z "${name:-}" ] || [ ! -s "$root/debs/$name" ]; then
            log "$package: no file came of $uri $rest"
            return 1
        fi
        printf '%s\n' "$root/debs/$name"
    done
}

fetch_missing() {
    local uri name rest
    # Reinstall: the packages themselves are wanted also where the host has them.
    apt --yes --no-install-recommends --reinstall --download-only --option Debug::NoLocking=true install "$@" >&2 || return 1
    while read -r uri name rest; do
        printf '%s\n' "$root/cache/archives/$name"
    done < <(APT_CONFIG=$root/apt.conf apt-get --quiet --quiet --yes --no-install-recommends --reinstall --print-uris \
        --option Dir::Cache::archives="$root/none" install "$@" | grep "^'")
}

# The installer has no word for what a component needs of a virtual one: the first that provides it is taken.
fetch_udebs() {
    local list=$1 names
    shift
    APT_CONFIG=$root/apt.conf apt-cache dumpavail | awk -v wanted="$*" -v list="$list" '
        function field(name, i) {
            for (i = 1; i <= NF; i++) if (index($i, name ": ") == 1) return substr($i, length(name) + 3)
        }
        function take(name, needed, count, i) {
            sub(/ .*/, "", name)
            if (!(name in needs)) name = provider[name]
            if (name in there || !(name in needs)) return
            there[name] = 1
            print name
            count = split(needs[name], needed, ", *")
            for (i = 1; i <= count; i++) take(needed[i])
        }
        BEGIN { while ((getline name < list) > 0) there[name] = 1; RS = ""; FS = "\n" }
        field("Architecture") ~ /^(amd64|all)$/ {
            name = field("Package"); needs[name] = field("Depends")
            count = split(field("Provides"), virtual, ", *")
            for (i = 1; i <= count; i++) if (!(virtual[i] in provider)) provider[virtual[i]] = name
        }
        END { count = split(wanted, roots, " "); for (i = 1; i <= count; i++) take(roots[i]) }' > "$root/chosen"
    mapfile -t names < "$root/chosen"
    fetch "${names[@]}"
}

command=${1:-} suite=${2:-} component=main
case $command in
    fetch | fetch-missing) [ $# -ge 3 ] || { usage >&2 && exit 2; } ;;
    fetch-udebs) [ $# -ge 4 ] || { usage >&2 && exit 2; } ;;
    sources) [ $# = 2 ] || { usage >&2 && exit 2; } ;;
    *) usage >&2 && exit 2 ;;
esac
shift 2
have apt-get || die "needs apt-get: run this on Debian (or in a Debian container)"
[ -r "$keyring" ] || die "needs $keyring: install the package debian-archive-keyring"

# What is for 32-bit ARM, and for the installer, has lists of its own, so that a fault in them keeps nobody from the rest.
root=$artifacts/apt/$suite
architectures='"amd64"; "arm64";'
case " $* " in
    *:armhf' '*) root+=-armhf architectures='"amd64"; "armhf";' ;;
esac
[ "$command" != fetch-udebs ] || root+=-installer component=main/debian-installer
mkdir -p "$root"
# One at a time: parallel targets of make share the root.
exec 9> "$root/lock"
flock 9
prepare
if [ "$command" = sources ]; then
    printf '%s\n' "$root/etc/sources.list"
    exit 0
fi
update
"${command//-/_}" "$@" || { update again && "${command//-/_}" "$@"; } || die "cannot fetch $* from $suite"
