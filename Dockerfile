# The image of stackup: the program, and the authorities whose certificates it
# trusts. The folder that it is built from is made by .ci/dist, or by goreleaser.
#
#   docker run --rm -v /var/run/docker.sock:/var/run/docker.sock -v "$PWD:/work" stackup plan shop
#
# There is no ssh in it: for ssh:// use a package.
FROM scratch
ARG TARGETPLATFORM=linux/amd64
COPY bin/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY $TARGETPLATFORM/stackup /stackup
WORKDIR /work
ENTRYPOINT ["/stackup"]
