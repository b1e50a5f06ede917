# What ./build and .ci/run share: compiling, publishing, running test projects and adding up their results.

results=artifacts/test-results
configuration=release
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 DOTNET_CLI_USE_MSBUILD_SERVER=0
# Long campaigns choose their walk by the commit, so that each one explores something new and can be repeated.
export TELEMETRY_SEED=${TELEMETRY_SEED-$((16#$(git rev-parse --short=7 HEAD 2>/dev/null || echo 1)))}

die() { echo "build: $*" >&2; exit 2; }

# Debian's packages that tests use: a C linker for the native shipper, a browser for the pages, a program with odd descriptors,
# a reader of docker-compose.yml, what runs Elasticsearch's official client, a peer of the indexer.
install_prerequisites() {
  local missing=()
  command -v clang >/dev/null || missing+=(clang)
  [ -e /usr/include/zlib.h ] || missing+=(zlib1g-dev)
  command -v chromium >/dev/null || missing+=(chromium)
  [ -x /usr/bin/python3 ] || missing+=(python3)
  command -v docker-compose >/dev/null || missing+=(docker-compose)
  command -v npm >/dev/null || missing+=(nodejs npm)
  [ -x /usr/sbin/rsyslogd ] || missing+=(rsyslog-elasticsearch)
  [ ${#missing[@]} -eq 0 ] && return
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "build: installing ${missing[*]}"
    { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq "${missing[@]}"; } >/dev/null 2>&1 && return
  fi
  echo "build: missing ${missing[*]}; the tests that need them are skipped. Install: apt-get install ${missing[*]}" >&2
}

compile() {
  local project
  for project; do
    dotnet build "$project" -c "$configuration" -v q --nologo -clp:NoSummary ||
      die "'$project' does not compile"
  done
}

publish_shipper() {
  dotnet publish shippers/Telemetry.Shipper -c Release -f net9.0 -r linux-x64 -p:PublishAot=true \
    -o artifacts/publish -v q --nologo -clp:NoSummary || die "the native shipper does not publish"
}

publish_shipper_if_possible() {
  if command -v clang >/dev/null && [ -e /usr/include/zlib.h ]; then publish_shipper; fi
}

test_projects() { find tests -name '*.Tests.csproj' -printf '%f\n' | sed 's/\.csproj$//' | sort; }

forget_results() { rm -rf "$results"; }

# Servers of tests live for a minute or two: compiling their code well would cost more than it gives. Benchmarks do not pass here.
short_lived_servers() { export JAVA_TOOL_OPTIONS="${JAVA_TOOL_OPTIONS-} -XX:TieredStopAtLevel=1"; }

# run_tests PROJECT RUNNER-ARGS…: one project; results as XML, output shown when it fails.
run_tests() {
  local project=$1 name log status=0
  shift
  name=$project-$(printf '%s' "$*" | cksum | cut -d' ' -f1)
  mkdir -p "$results"
  log=$results/$name.log
  artifacts/bin/$project/$configuration/$project -noLogo -noColor -xml "$results/$name.xml" "$@" >"$log" 2>&1 || status=$?
  if [ "$status" != 0 ] || [[ " $* " == *" -showliveoutput "* ]]; then cat "$log"; fi
  [ -s "$results/$name.xml" ] || echo "$project: the runner ended with $status" >>"$results/broken"
}

run_unit() {
  local started=$SECONDS project
  short_lived_servers
  export -f run_tests
  export results configuration
  test_projects | xargs -P "$(nproc)" -I{} bash -c 'run_tests {} -trait- Category=heavy -trait- Category=chaos'
  echo "unit tests: $((SECONDS - started)) s"
}

# Heavy tests start real processes and take machine-wide things, so one at a time, each project within its budget.
run_heavy() {
  local started project
  short_lived_servers
  for project in $(test_projects); do
    started=$SECONDS
    run_tests "$project" -trait Category=heavy -trait Category=chaos -parallel none
    [ $((SECONDS - started)) -lt 2 ] || echo "heavy tests of $project: $((SECONDS - started)) s"
  done
}

run_project() {
  [ -d "tests/$1" ] || die "there is no test project '$1'; there are: $(test_projects | tr '\n' ' ')"
  run_tests "$1" -parallel none -showliveoutput
}

# The elements of a kind in all results, one a line.
elements() { grep -oh "<$1 [^>]*>" "$results"/*.xml || true; }

# Adds up the XML of all runs; the last line is the one that counts.
report() {
  local passed failed skipped
  echo "slowest tests, s:"
  elements test | sed -n 's/.* name="\([^"]*\)".* time="\([^"]*\)".*/\2 \1/p' | sort -rn | awk 'NR <= 20 { print "  " $0 }'
  grep -oh '<test [^>]*result="Skip"[^>]*>\(<[^>]*>\)*<reason>[^<]*\(<!\[CDATA\[[^]]*\)*' "$results"/*.xml |
    sed 's/<test [^>]*name="\([^"]*\)"[^>]*>.*<reason>\(<!\[CDATA\[\)\{0,1\}/skipped: \1: /' || true
  read -r passed failed skipped < <(elements assembly | awk '
    function count(name) { return match($0, " " name "=\"[0-9]+\"") ? substr($0, RSTART + length(name) + 3, RLENGTH - length(name) - 4) : 0 }
    { passed += count("passed"); failed += count("failed") + count("errors"); skipped += count("skipped") }
    END { print passed + 0, failed + 0, skipped + 0 }')
  if [ -e "$results/broken" ]; then
    cat "$results/broken"
    failed=$((failed + $(wc -l <"$results/broken")))
  fi
  echo "$passed passed, $failed failed, $skipped skipped"
  [ "$failed" = 0 ]
}
