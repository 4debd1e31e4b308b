#!/usr/bin/env bash
# Installs, builds with address and undefined-behaviour sanitizers, runs every test. Ends with one line:
#   N passed, N failed, N skipped
#   ./test.sh          all of it, within 25 minutes on two cores
#   ./test.sh --long   adds fuzzing (each target VIGIL_FUZZ_SECONDS, default 600), 500 kill -9 cycles, a million equal
#                      lines and 5,000 slow senders end to end, the tests under the thread sanitizer, and the
#                      end-to-end tests on the release build
set -uo pipefail
cd "$(dirname "$0")" || exit 1
VIGIL_TOP=$PWD
. packaging/packages.sh

long=false
case "${1:-}" in
  "") ;;
  --long) long=true ;;
  *) echo "usage: ./test.sh [--long]" >&2; exit 2 ;;
esac

passed=0 failed=0 skipped=0
jobs=$(nproc)
mkdir -p build
began=$SECONDS

headline() { printf '\n== %s (%d s) ==\n' "$1" $((SECONDS - began)); }

# add P F S: into the sum.
add() { passed=$((passed + $1)) failed=$((failed + $2)) skipped=$((skipped + $3)); }

closing() {
  printf '\n%d s\n' $((SECONDS - began))
  echo "$passed passed, $failed failed, $skipped skipped"
  [ "$failed" -eq 0 ]
}

# build PRESET [TARGET...]: configures once, builds; the whole log on failure only.
build() {
  preset=$1
  shift
  headline "build: $preset"
  if [ ! -f "build/$preset/build.ninja" ]; then
    cmake --preset "$preset" >"build/$preset.log" 2>&1 || { tail -n 20 "build/$preset.log"; return 1; }
  fi
  if ! cmake --build --preset "$preset" -j "$jobs" "$@" >"build/$preset.log" 2>&1; then
    grep -E -A5 'error|FAILED' "build/$preset.log" | head -n 60
    return 1
  fi
}

# unit PRESET: every ctest; failures are shown whole.
unit() {
  headline "unit tests: $1"
  report=$VIGIL_TOP/build/$1/ctest.xml
  rm -f "$report"
  ctest --test-dir "build/$1" -j "$jobs" --output-on-failure --output-junit "$report" >"build/$1-ctest.log" 2>&1
  if [ ! -f "$report" ]; then
    tail -n 20 "build/$1-ctest.log"
    add 0 1 0
    return
  fi
  count() { sed -n "1,20s/.*\\b$1=\"\\([0-9]*\\)\".*/\\1/p" "$report" | head -n 1; }
  total=$(count tests) bad=$(count failures)
  left_out=$(($(count skipped) + $(count disabled)))
  grep -E '\(Failed\)|\(Timeout\)|Subprocess aborted|\(SEGFAULT\)|\(Skipped\)|\(Not Run\)' "build/$1-ctest.log" || true
  [ "$bad" -eq 0 ] || sed -n '/^\[==========\]\|Failure$\|ERROR: \|runtime error/,+12p' "build/$1-ctest.log" | head -n 200
  add $((total - bad - left_out)) "$bad" "$left_out"
  echo "$total tests, $bad failed, $left_out skipped"
}

# e2e PRESET [OPTION...]: the end-to-end tests on that build.
e2e() {
  preset=$1
  shift
  headline "end to end: $preset $*"
  python3 tests/e2e/run.py --build "build/$preset" "$@" | tee "build/$preset-e2e.log"
  sums=$(tail -n 1 "build/$preset-e2e.log" | sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed, \([0-9]*\) skipped$/\1 \2 \3/p')
  # shellcheck disable=SC2086
  add ${sums:-0 1 0}
}

# fuzz_one PROGRAM: one target for its time.
fuzz_one() {
  name=$(basename "$1")
  mkdir -p "build/fuzz/corpus/$name"
  seeds=tests/fuzz/corpus/${name#fuzz_}
  [ -d "$seeds" ] || seeds=
  # shellcheck disable=SC2086
  if "$1" -max_total_time="${VIGIL_FUZZ_SECONDS:-600}" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 \
       -artifact_prefix="build/fuzz/$name-" "build/fuzz/corpus/$name" $seeds >"build/fuzz/$name.log" 2>&1; then
    echo "ok $name ($(sed -n 's/stat::number_of_executed_units: //p' "build/fuzz/$name.log") runs)"
  else
    echo "not ok $name"
    tail -n 40 "build/fuzz/$name.log"
  fi
}

# fuzz_format NAME: one payload format for its time.
fuzz_format() {
  mkdir -p "build/fuzz/corpus/format_$1"
  if VIGIL_FORMAT=$1 build/fuzz/bin/fuzz_format -max_total_time="${VIGIL_FUZZ_SECONDS:-600}" -timeout=10 -rss_limit_mb=2048 \
       -print_final_stats=1 -artifact_prefix="build/fuzz/format_$1-" "build/fuzz/corpus/format_$1" "build/fuzz/samples/$1" \
       >"build/fuzz/format_$1.log" 2>&1; then
    echo "ok format $1 ($(sed -n 's/stat::number_of_executed_units: //p' "build/fuzz/format_$1.log") runs)"
  else
    echo "not ok format $1"
    tail -n 40 "build/fuzz/format_$1.log"
  fi
}

# fuzz: every target, as many side by side as there are cores; a finding fails.
fuzz() {
  headline "fuzzing, ${VIGIL_FUZZ_SECONDS:-600} s each"
  # One target for each payload format, with its own sample as the first input.
  if [ -x build/fuzz/bin/fuzz_format ]; then VIGIL_SAMPLES_TO=build/fuzz/samples build/fuzz/bin/fuzz_format || add 0 1 0; fi
  for target in build/fuzz/bin/fuzz_* build/fuzz/samples/*; do
    if [ -d "$target" ]; then
      while [ "$(jobs -rp | wc -l)" -ge "$jobs" ]; do wait -n; done
      fuzz_format "$(basename "$target")" &
      continue
    fi
    [ -x "$target" ] || { echo "no fuzz targets were built"; add 0 1 0; return; }
    while [ "$(jobs -rp | wc -l)" -ge "$jobs" ]; do wait -n; done
    fuzz_one "$target" &
  done >build/fuzz.report
  wait
  cat build/fuzz.report
  add "$(grep -c '^ok ' build/fuzz.report)" "$(grep -c '^not ok ' build/fuzz.report)" 0
}

packages_install "build test" || {
  # Without a network the real programs of the end-to-end tests may be missing: those tests skip visibly.
  [ -z "$(packages_missing build)" ] && command -v python3 >/dev/null && [ -d /usr/include/gtest ] || exit 1
}
# Never at the price of another mail server on this machine.
packages_install mail --no-remove || echo "(no mail server could be installed: its tests will be skipped)"

# What takes no place of anything on this machine; without them their tests are skipped.
packages_unpack unpacked || echo "(syslog-ng could not be unpacked: its tests will be skipped)"
clients_install || echo "(the npm clients could not be installed: their tests will be skipped)"

if build dev; then
  unit dev
  e2e dev
else
  add 0 1 0
fi

if $long; then
  export VIGIL_LONG=1  # the tests' own long runs, such as 500 kills
  packages_install long || add 0 1 0
  if build release; then e2e release --long; else add 0 1 0; fi
  export TSAN_OPTIONS="suppressions=$VIGIL_TOP/tests/tsan.supp"
  if build tsan; then unit tsan; else add 0 1 0; fi
  if build fuzz; then fuzz; else add 0 1 0; fi
fi

closing
