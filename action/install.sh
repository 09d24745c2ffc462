# Installs a release of stackup, if its checksum is right.
set -euo pipefail

os=$(uname -s | tr '[:upper:]' '[:lower:]')
case $(uname -m) in
x86_64) arch=amd64 ;;
aarch64 | arm64) arch=arm64 ;;
*)
	echo "::error::stackup is not built for $(uname -m)"
	exit 1
	;;
esac
from=$DOWNLOAD_URL/download/$VERSION
[ "$VERSION" != latest ] || from=$DOWNLOAD_URL/latest/download

dir=$RUNNER_TEMP/stackup-bin
mkdir -p "$dir"
cd "$dir"
archive=stackup_${os}_$arch.tar.gz
curl -fsSL --retry 3 -O "$from/$archive" -O "$from/checksums.txt"
sum=sha256sum
command -v sha256sum >/dev/null || sum="shasum -a 256"
if ! grep "  $archive\$" checksums.txt | $sum -c - >/dev/null; then
	echo "::error::$from/$archive does not have the checksum that stands in checksums.txt"
	exit 1
fi
tar -xzf "$archive" stackup
echo "$dir" >>"$GITHUB_PATH"
./stackup version
