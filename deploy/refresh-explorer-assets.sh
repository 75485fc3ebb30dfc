#!/usr/bin/env bash
# Fetch the vendored parts of the two explorers (Swagger UI at /docs, GraphiQL at /graphiql) and record what
# was fetched.
#
#   deploy/refresh-explorer-assets.sh                          fetch the recorded versions again; fail if anything differs
#   deploy/refresh-explorer-assets.sh swagger-ui-dist@5.36.0   move to that version and record its hashes
#   deploy/refresh-explorer-assets.sh --check                  no network: compare the files here with the recorded hashes
#
# GraphiQL's packages fit each other (NOTICE says how): name several at once to move them together, and write
# app/graphql/static/LICENSES.txt anew when what GraphiQL bundles has changed.
#
# `npm pack` and not `npm install`: it downloads one archive and runs nothing. Installing swagger-ui-dist would
# also bring a dependency whose install script reports to its vendor.
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
# Package, folder of its record, folder of its files, then the files (=name: what it is called here). No source
# maps (twice the weight of the code, for nobody here) and no standalone preset of Swagger UI (its top bar invites
# the reader to load some other service's description, which our content security policy forbids anyway).
vendored=(
  "swagger-ui-dist app/api/static swagger-ui swagger-ui-bundle.js swagger-ui-bundle.js.LICENSE.txt swagger-ui.css favicon-32x32.png"
  "graphiql app/graphql/static graphiql graphiql.min.js graphiql.min.css LICENSE=LICENSE.txt"
  "@graphiql/plugin-explorer app/graphql/static plugin-explorer dist/index.umd.js dist/style.css"
  "react app/graphql/static react umd/react.production.min.js LICENSE=LICENSE.txt"
  "react-dom app/graphql/static react-dom umd/react-dom.production.min.js LICENSE=LICENSE.txt"
)

verify() {
  local static
  for static in app/api/static app/graphql/static; do
    (cd "$root/$static" && sha256sum --check --strict --quiet HASHES)
  done
}

# What the record in folder $2 says of package $1: "version integrity", or nothing.
recorded() {
  awk -v package="$1" '$1 == "#" && $2 == package && $4 ~ /^sha512-/ { print $3, $4 }' "$root/$2/HASHES" 2>/dev/null || true
}

if [[ "${1:-}" == --check ]]; then
  verify
  echo "explorer assets match HASHES"
  exit 0
fi

declare -A wanted=()
for line in "${vendored[@]}"; do
  read -r package static _ <<<"$line"
  read -r version _ <<<"$(recorded "$package" "$static")" || true
  wanted[$package]="$version"
done
for argument in "$@"; do
  package="${argument%@*}"
  if [[ -z "$package" || -z "${wanted[$package]+known}" || ! "${argument##*@}" =~ ^[0-9]+\.[0-9]+\.[0-9]+$ ]]; then
    echo "give a package and an exact version, such as swagger-ui-dist@5.35.0; got '$argument'" >&2
    exit 2
  fi
  wanted[$package]="${argument##*@}"
done

work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
declare -A integrity=()
# Everything is fetched and checked before anything here is touched.
for line in "${vendored[@]}"; do
  read -r package static _ <<<"$line"
  version="${wanted[$package]}"
  if [[ -z "$version" ]]; then
    echo "HASHES records no version of $package: name it, as in $package@1.2.3" >&2
    exit 2
  fi
  place="$work/${package//\//+}"
  mkdir "$place"
  (cd "$place" && npm pack --silent "$package@$version" >/dev/null)
  integrity[$package]="sha512-$(openssl dgst -sha512 -binary "$place"/*.tgz | base64 -w0)"
  read -r had_version had_integrity <<<"$(recorded "$package" "$static")" || true
  # A published version never changes. If the archive does not match, someone is in between: keep what we have.
  if [[ "$version" == "$had_version" && "${integrity[$package]}" != "$had_integrity" ]]; then
    echo "$package $version is not the archive that HASHES records; nothing was changed" >&2
    exit 1
  fi
  tar -xzf "$place"/*.tgz -C "$place"
done

declare -A heads=() names=()
for line in "${vendored[@]}"; do
  read -r package static folder files <<<"$line"
  mkdir -p "$root/$static/$folder"
  heads[$static]+="# $package ${wanted[$package]} ${integrity[$package]}"$'\n'
  for file in $files; do
    name="$folder/$(basename "${file#*=}")"
    install -m 0644 "$work/${package//\//+}/package/${file%%=*}" "$root/$static/$name"
    names[$static]+="$name"$'\n'
  done
done
for static in "${!heads[@]}"; do
  {
    echo "# Vendored explorer assets, byte for byte as published. Written by deploy/refresh-explorer-assets.sh."
    printf '%s' "${heads[$static]}"
    (cd "$root/$static" && printf '%s' "${names[$static]}" | LC_ALL=C sort | xargs sha256sum)
  } >"$work/HASHES"
  install -m 0644 "$work/HASHES" "$root/$static/HASHES"
done
verify
for package in "${!wanted[@]}"; do
  echo "$package ${wanted[$package]}"
done | LC_ALL=C sort
