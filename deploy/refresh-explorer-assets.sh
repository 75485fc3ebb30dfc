#!/usr/bin/env bash
# Fetch the vendored part of the API explorer (Swagger UI) and record what was fetched.
#
#   deploy/refresh-explorer-assets.sh            fetch the recorded version again; fail if anything differs
#   deploy/refresh-explorer-assets.sh 5.36.0     move to that version and record its hashes
#   deploy/refresh-explorer-assets.sh --check    no network: compare the files here with the recorded hashes
#
# `npm pack` and not `npm install`: it downloads one archive and runs nothing. Installing this package would
# also bring a dependency whose install script reports to its vendor.
set -euo pipefail

package=swagger-ui-dist
static="$(cd "$(dirname "${BASH_SOURCE[0]}")/../app/api/static" && pwd)"
record="$static/HASHES"
# No source maps (twice the weight of the code, for nobody here) and no standalone preset (its top bar invites
# the reader to load some other service's description, which our content security policy forbids anyway).
files=(swagger-ui-bundle.js swagger-ui-bundle.js.LICENSE.txt swagger-ui.css favicon-32x32.png)

verify() {
  (cd "$static" && sha256sum --check --strict --quiet HASHES)
}

recorded_version() {
  sed -n "s/^# $package \([^ ]*\) .*/\1/p" "$record"
}

recorded_integrity() {
  sed -n "s/^# $package [^ ]* \(sha512-.*\)/\1/p" "$record"
}

if [[ "${1:-}" == --check ]]; then
  verify
  echo "explorer assets match HASHES ($package $(recorded_version))"
  exit 0
fi

wanted="${1:-$(recorded_version)}"
if [[ ! "$wanted" =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]]; then
  echo "give an exact version, such as 5.35.0; got '$wanted'" >&2
  exit 2
fi

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
(cd "$work" && npm pack --silent "$package@$wanted" >/dev/null)
archive="$work/$package-$wanted.tgz"
integrity="sha512-$(openssl dgst -sha512 -binary "$archive" | base64 -w0)"

# A published version never changes. If the archive does not match, someone is in between: keep what we have.
if [[ -f "$record" && "$wanted" == "$(recorded_version)" && "$integrity" != "$(recorded_integrity)" ]]; then
  echo "$package $wanted is not the archive that HASHES records; nothing was changed" >&2
  exit 1
fi

tar -xzf "$archive" -C "$work"
mkdir -p "$static/swagger-ui"
for file in "${files[@]}"; do
  install -m 0644 "$work/package/$file" "$static/swagger-ui/$file"
done
{
  echo "# Vendored explorer assets, byte for byte as published. Written by deploy/refresh-explorer-assets.sh."
  echo "# $package $wanted $integrity"
  (cd "$static" && printf 'swagger-ui/%s\n' "${files[@]}" | LC_ALL=C sort | xargs sha256sum)
} >"$record"
verify
echo "explorer assets are $package $wanted"
