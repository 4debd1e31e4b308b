# Sourced by run.sh and test.sh: installs what packaging/apt-packages lists, once, without a prompt.

# packages_of SECTION: the names listed under [SECTION].
packages_of() {
  awk -v want="[$1]" '/^\[/ { on = ($1 == want); next } on && NF && $1 !~ /^#/ { print $1 }' \
    "$VIGIL_TOP/packaging/apt-packages"
}

# packages_missing SECTION: those of them that are not installed.
packages_missing() {
  for package in $(packages_of "$1"); do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q '^install ok installed$' || echo "$package"
  done
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"
  elif command -v sudo >/dev/null 2>&1; then sudo "$@"
  else
    echo "root or sudo is needed once, to install packages: $*" >&2
    echo "安裝套件需要 root 或 sudo 權限（僅此一次）。" >&2
    return 1
  fi
}

# packages_install "SECTION..." [APT-OPTION...]: does nothing, and needs no network, when all are there already.
packages_install() {
  sections=$1
  shift
  missing=$(for section in $sections; do packages_missing "$section"; done)
  [ -z "$missing" ] && return 0
  if ! command -v apt-get >/dev/null 2>&1; then
    echo "This is written for Debian 12; apt-get was not found. Missing: $missing" >&2
    return 1
  fi
  # shellcheck disable=SC2086
  echo "Installing $(echo $missing | wc -w) Debian packages ($sections) … 安裝套件中"
  log=$(mktemp)
  # A package that starts a service may fail to start it here (a container): we never need it running.
  # shellcheck disable=SC2086
  if as_root env DEBIAN_FRONTEND=noninteractive apt-get update -qq >"$log" 2>&1 &&
     as_root env DEBIAN_FRONTEND=noninteractive NEEDRESTART_MODE=a apt-get install -qq -y \
       --no-install-recommends -o Dpkg::Use-Pty=0 "$@" $missing >>"$log" 2>&1; then
    rm -f "$log"
    return 0
  fi
  tail -n 15 "$log" >&2
  rm -f "$log"
  echo "Could not install:" $missing >&2
  return 1
}

# packages_unpack SECTION: unpacks them below build/tools/root, once, without installing anything.
packages_unpack() {
  tools=$VIGIL_TOP/build/tools
  for package in $(packages_of "$1"); do
    [ -e "$tools/$package.done" ] && continue
    mkdir -p "$tools/root"
    (cd "$tools" && apt-get download -qq "$package" >/dev/null 2>&1 && dpkg -x "$package"_*.deb root) || {
      echo "Could not unpack: $package" >&2
      return 1
    }
    rm -f "$tools/$package"_*.deb
    touch "$tools/$package.done"
  done
}

# clients_install: the npm clients of the end-to-end tests, exactly as locked, once.
clients_install() {
  clients=$VIGIL_TOP/tests/e2e/clients
  [ -n "$(command -v node)" ] && [ -n "$(command -v npm)" ] || packages_install node || return 1
  cmp -s "$clients/package-lock.json" "$clients/node_modules/.locked" && return 0
  echo "Installing the log clients of the end-to-end tests … 安裝測試用日誌用戶端"
  (cd "$clients" && npm ci --ignore-scripts --no-audit --no-fund --loglevel=error) || return 1
  cp "$clients/package-lock.json" "$clients/node_modules/.locked"
}
