#!/bin/sh
# Runs one Elasticsearch 8.19 node on 127.0.0.1, assembled from Maven Central on first use.
#
#   run.sh PORT DATADIR [-Ename=value ...]   run in the foreground (SIGTERM stops it cleanly); PORT 0 = a free one, then
#                                            written to DATADIR/http.port
#   run.sh --prepare                         only download and assemble; prints the home
#   run.sh --train                           prepare, then make the class-data archive that halves the start time
#
# Environment:
#   NEWSMILL_ES_HEAP       heap, default 1g
#   NEWSMILL_ES_CACHE      where assembled homes are kept, default ${XDG_CACHE_HOME:-$HOME/.cache}/newsmill/elasticsearch
#   NEWSMILL_ES_JAVA_OPTS  more JVM options (-XX:TieredStopAtLevel=1 starts faster and indexes slower: good for short tests)
#   NEWSMILL_MAVEN_REPO    Maven local repository, default Maven's own
#   JAVA_HOME              JDK to use instead of the java on PATH
#
# Exit codes (internal/localelastic reads them): 10 no usable JDK, 11 no Maven, 12 no flock, 13 Maven failed, 2 wrong usage,
# 143 stopped by a signal, else what the node answered (1 = it did not start).
set -eu

log() {
    echo "elasticsearch: $*" >&2
}

die() {
    code=$1
    shift
    log "$*"
    exit "$code"
}

packages='  Debian, Ubuntu:  apt-get install openjdk-17-jdk-headless maven   (Debian 13: openjdk-21-jdk-headless)
  Fedora:          dnf install java-21-openjdk-devel maven
  macOS:           brew install openjdk@21 maven flock, and set JAVA_HOME to "$(brew --prefix openjdk@21)"
or use an Elasticsearch of your own instead: set NEWSMILL_ELASTICSEARCH=http://host:9200, or, with Docker,
  docker compose -f deployments/compose/compose.yaml up -d'

here=$(CDPATH= cd -- "$(dirname -- "$0")" && pwd -P)
cache=${NEWSMILL_ES_CACHE:-${XDG_CACHE_HOME:-${HOME:?HOME is not set}/.cache}/newsmill/elasticsearch}

# Sets java, java_home, version and build.
find_java() {
    if [ -n "${JAVA_HOME:-}" ]; then java=$JAVA_HOME/bin/java; else java=java; fi
    command -v "$java" >/dev/null 2>&1 || die 10 "java not found ($java). A JDK of version 17 or newer is needed:
$packages"
    properties=$("$java" -XshowSettings:properties -version 2>&1) || die 10 "$java does not run: $properties
A JDK of version 17 or newer is needed:
$packages"
    version=$(echo "$properties" | sed -n 's/^ *java.specification.version = //p')
    build=$(echo "$properties" | sed -n 's/^ *java.vm.version = //p' | tr -c 'A-Za-z0-9.\n' _)
    java_home=$(echo "$properties" | sed -n 's/^ *java.home = //p')
    case $version in
        '' | *[!0-9]*) major=0 ;;
        *) major=$version ;;
    esac
    [ "$major" -ge 17 ] || die 10 "java is version '$version', too old. A JDK of version 17 or newer is needed:
$packages"
}

# node DATADIR [JVM-OPTION ...] MAIN-CLASS [-Ename=value ...]: becomes the node.
node() {
    data=$1
    shift
    native=
    [ "$version" -lt 21 ] || native=--enable-native-access=ALL-UNNAMED
    # shellcheck disable=SC2086  # $native and $NEWSMILL_ES_JAVA_OPTS are lists
    set -- -Des.path.home="$home" -Des.distribution.type=tar \
        -XX:+UseG1GC -XX:G1HeapRegionSize=4m -XX:InitiatingHeapOccupancyPercent=30 -XX:G1ReservePercent=15 \
        -XX:+ExitOnOutOfMemoryError -XX:-OmitStackTraceInFastThrow -Xss1m \
        -Dfile.encoding=UTF-8 -Djava.awt.headless=true -Djava.io.tmpdir="$data/tmp" \
        -Djna.tmpdir="$data/tmp" -Djna.nosys=true -Djna.library.path="$(echo "$home"/lib/platform/*)" \
        -Dio.netty.noUnsafe=true -Dio.netty.noKeySetOptimization=true -Dio.netty.recycler.maxCapacityPerThread=0 \
        -Dlog4j.shutdownHookEnabled=false -Dlog4j2.disable.jmx=true \
        -Dorg.elasticsearch.nativeaccess.enableVectorLibrary=false $native ${NEWSMILL_ES_JAVA_OPTS:-} \
        -cp "$home/lib/*:$home/launcher/*" "$@"
    mkdir -p "$data/tmp"
    exec "$java" "$@"
}

# Index codec best_compression (and logsdb) calls libzstd, which the jars lack: use the system's.
link_zstd() {
    case $(uname -m) in
        x86_64) arch=x64 ;;
        *) arch=$(uname -m) ;;
    esac
    zstd=$(PATH=$PATH:/sbin:/usr/sbin ldconfig -p 2>/dev/null | sed -n 's/.*libzstd\.so\.1 .*=> //p' | head -n 1)
    mkdir -p "$1/lib/platform/linux-$arch"
    if [ -n "$zstd" ]; then
        ln -sf "$zstd" "$1/lib/platform/linux-$arch/libzstd.so"
    else
        log "no libzstd.so.1 on this system: index.codec best_compression will not work"
    fi
}

# The Maven repository that will grow while Maven downloads.
maven_repository() {
    repo=${NEWSMILL_MAVEN_REPO:-}
    [ -n "$repo" ] || repo=$(sed -n 's:.*<localRepository>\(/[^<]*\)</localRepository>.*:\1:p' "$HOME/.m2/settings.xml" 2>/dev/null | tail -n 1)
    echo "${repo:-$HOME/.m2/repository}"
}

megabytes() {
    [ -d "$1" ] || { echo 0; return 0; }
    kilobytes=$(du -sk "$1" 2>/dev/null | cut -f1) || true
    echo $((${kilobytes:-0} / 1024))
}

# Every 2 s one line about what can be seen to have happened: the growth of the Maven repository, the jars in the new home.
watch_assembly() {
    repo=$(maven_repository)
    before=$(megabytes "$repo")
    of=' so far (about 80 MB where Maven has never run)'
    [ "$before" -gt 0 ] || of=' of about 80 MB'
    elapsed=0
    while kill -0 $$ 2>/dev/null; do # $$ is the script, not this subshell: killed with -9, it takes nobody along
        sleep 2 >/dev/null 2>&1
        elapsed=$((elapsed + 2))
        jars=$(find "$1" -name '*.jar' 2>/dev/null | wc -l)
        got=$(($(megabytes "$repo") - before))
        if [ "$jars" -gt 0 ]; then
            log "assembling: $((jars)) of 50 jars in place"
        elif [ "$got" -gt 0 ]; then
            log "downloading Elasticsearch: $got MB$of"
        else
            log "Maven is at work, nothing downloaded yet (${elapsed} s)"
        fi
    done
}

# guarded CMD ...: runs CMD as a child that is killed when we are told to stop. Status: CMD's.
guarded() {
    "$@" &
    child=$!
    trap 'kill $child $watcher 2>/dev/null; wait $child; exit 143' TERM INT HUP
    status=0
    wait $child || status=$?
    trap - TERM INT HUP
    return $status
}
watcher=

# The home is made beside its place and moved there when whole, so an interrupted run leaves no half of one.
assemble() {
    command -v mvn >/dev/null 2>&1 || die 11 "mvn not found. Apache Maven downloads and assembles Elasticsearch:
$packages"
    [ -x "$java_home/bin/javac" ] || die 10 "$java_home has no compiler: it is a JRE, and a JDK (17 or newer) is needed:
$packages"
    log "downloading and assembling Elasticsearch with Maven into $home (once)"
    rm -rf "$home" "$home.new" "$cache/work"
    (
        exec 9>&- # the lock is not the watcher's: in a call, "9>&-" would only put it aside
        watch_assembly "$home.new"
    ) &
    watcher=$!
    failed=
    # -U: ask again for what an earlier, failed download remembered as missing. C1 alone saves Maven half its CPU time.
    JAVA_HOME=$java_home MAVEN_OPTS=${MAVEN_OPTS:--XX:TieredStopAtLevel=1} guarded \
        mvn -q -B -U -f "$here/pom.xml" ${NEWSMILL_MAVEN_REPO:+"-Dmaven.repo.local=$NEWSMILL_MAVEN_REPO"} \
        -Dstyle.color=never -Dwork.dir="$cache/work" -Des.home="$home.new" package </dev/null >"$cache/maven.log" 2>&1 || failed=$?
    kill "$watcher" 2>/dev/null || true
    watcher=
    escape=$(printf '\033')
    [ -z "$failed" ] || sed "s/$escape\\[[0-9;]*m//g" "$cache/maven.log" | grep -v '^ *$' | head -n 20 >&2 || true
    [ -z "$failed" ] || die 13 "Maven failed (status $failed), its own words stand above. It needs Maven Central or a mirror of it
(~/.m2/settings.xml, also for a proxy); what is already downloaded is kept, so simply run it again. The way around:
set NEWSMILL_ELASTICSEARCH=http://host:9200, or, with Docker, docker compose -f deployments/compose/compose.yaml up -d"
    rm -rf "$cache/work"
    link_zstd "$home.new"
    : >"$home.new/complete"
    mv "$home.new" "$home"
    # homes of earlier versions that nothing has started for a month
    find "$cache" -maxdepth 1 -name 'home-*' -mtime +30 -exec rm -rf {} + 2>/dev/null || true
}

need_flock() {
    command -v flock >/dev/null 2>&1 || die 12 "flock not found (package util-linux; macOS: brew install flock)"
}

# The assembled home is named after what it is made from, so an edited source gives a new one. Sets home and archive.
prepare() {
    find_java
    key=$(cd "$here" && find pom.xml src home -type f | LC_ALL=C sort | xargs cat | cksum | cut -d' ' -f1)
    home=$cache/home-$key
    archive=$home/classes-$build.jsa
    [ ! -e "$home/complete" ] || { touch "$home" 2>/dev/null || true; return 0; }
    need_flock
    mkdir -p "$cache"
    exec 9>"$cache/lock"
    flock -n 9 || {
        log "another process is preparing Elasticsearch: waiting for it"
        flock 9
    }
    [ -e "$home/complete" ] || assemble
    exec 9>&-
}

# A class-data archive, made by one short run, halves the start time. The node also starts without one. Whoever comes
# second leaves it to the first; an interrupted run leaves only files that the next one removes.
train() {
    [ ! -e "$archive" ] && [ -w "$home" ] || return 0
    need_flock
    exec 8>"$cache/train.lock"
    flock -n 8 || return 0
    log "making the class-data archive for Java $build"
    rm -rf "$home/train" "$archive.new"
    if guarded train_node >"$home/train.log" 2>&1 && mv -f "$archive.new" "$archive"; then
        log "class-data archive made"
    else
        log "no class-data archive, see $home/train.log (Elasticsearch runs without it, it only starts slower)"
    fi
    rm -rf "$home/train" "$archive.new"
    exec 8>&-
}

train_node() {
    NEWSMILL_ES_JAVA_OPTS=
    node "$home/train" -XX:ArchiveClassesAtExit="$archive.new" -Xmx512m -Dnewsmill.train=true \
        newsmill.launcher.Main -Ediscovery.type=single-node -Enetwork.host=127.0.0.1 -Ehttp.port=0 -Etransport.port=0 \
        -Epath.data="$home/train/data" -Epath.logs="$home/train/logs"
}

case ${1:-} in
    --prepare)
        prepare
        echo "$home"
        exit 0
        ;;
    --train)
        prepare
        train
        exit 0
        ;;
esac

[ $# -ge 2 ] || die 2 "usage: run.sh PORT DATADIR [-Ename=value ...]  or  run.sh --prepare  or  run.sh --train"
port=$1
data=$2
shift 2
case $port in
    '' | *[!0-9]*) die 2 "PORT must be a number, not '$port'" ;;
esac
prepare
mkdir -p "$data"
data=$(CDPATH= cd -- "$data" && pwd -P)
rm -f "$data/http.port"
heap=${NEWSMILL_ES_HEAP:-1g}
share=-Xshare:auto
[ ! -e "$archive" ] || share=-XX:SharedArchiveFile=$archive

node "$data" "$share" -Xms"$heap" -Xmx"$heap" -Dnewsmill.port.file="$data/http.port" newsmill.launcher.Main \
    -Ecluster.name=newsmill-local -Enode.name=node-1 \
    -Ediscovery.type=single-node -Enetwork.host=127.0.0.1 -Ehttp.port="$port" -Etransport.port=0 \
    -Epath.data="$data/data" -Epath.logs="$data/logs" \
    -Ecluster.routing.allocation.disk.threshold_enabled=false \
    "$@"
