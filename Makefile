# Everything a developer types. `make test` and `make demo` do all the set-up.

GO        ?= go
FUZZTIME  ?= 30s
BENCHTIME ?= 1s
BIN       := $(CURDIR)/bin
TOOLS     := $(BIN)/tools

GOFUMPT       := mvdan.cc/gofumpt@v0.12.0
GOLANGCI_LINT := github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
NFPM          := github.com/goreleaser/nfpm/v2/cmd/nfpm@v2.44.1
CYCLONEDX     := github.com/CycloneDX/cyclonedx-gomod/cmd/cyclonedx-gomod@v1.10.0
GOVULNCHECK   := golang.org/x/vuln/cmd/govulncheck@v1.9.0

.PHONY: all build install-plugin test unit e2e engine parts demo demo-docker lint fuzz bench golden dist image clean

all: build

build:
	$(GO) build -trimpath -o $(BIN)/stackup ./cmd/stackup
	cd sandbox && $(GO) build -trimpath -ldflags '-s -w' -o $(BIN)/stackup-sandbox ./cmd/stackup-sandbox

# docker stackup: the same program as a plugin of the docker command.
PLUGINS := $(or $(DOCKER_CONFIG),$(HOME)/.docker)/cli-plugins
install-plugin: build
	mkdir -p $(PLUGINS)
	install -m 755 $(BIN)/stackup $(PLUGINS)/docker-stackup

# Everything that needs no engine, then the tests on a real one where it can be
# had: on Linux, as root, with dockerd installed or apt to install it.
test: unit
	@if [ "$$(uname -s)" = Linux ] && [ "$$(id -u)" = 0 ] && { command -v dockerd || command -v apt-get; } >/dev/null; \
	then echo "make test: now the tests on a real engine"; $(MAKE) --no-print-directory e2e; \
	else echo "make test: the tests on a real engine were left out: they need Linux, root, and dockerd or apt-get"; fi

unit:
	$(GO) test -race ./...
	cd sandbox && $(GO) test -parallel 32 # by itself, it says what it has counted
	cd sandbox && $(GO) test ./api ./cmd/... ./fault ./script ./swarm

e2e: engine parts
	cd e2e && STACKUP_E2E=1 $(GO) test -count=1 -timeout 45m # by itself, it says what it has counted
	STACKUP_E2E=1 $(GO) test -count=1 ./e2e/throwaway/...

# A Docker engine to start throwaway swarms with; none is left running.
engine:
	@command -v dockerd >/dev/null && command -v ip >/dev/null || { \
	  echo "installing the Docker engine with apt"; \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends docker.io iptables iproute2; }

# What else the tests use as real parts: a registry, and a server for ssh.
parts:
	@command -v docker-registry >/dev/null && [ -x /usr/sbin/sshd ] && command -v ssh >/dev/null || { \
	  echo "installing a registry and OpenSSH with apt"; \
	  apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends docker-registry openssh-server openssh-client; }

# On a swarm without Docker: nothing is installed, nothing is left.
demo: build
	$(BIN)/stackup sandbox --nodes 5 -- sh examples/demo.sh $(BIN)/stackup sandbox/missing:2

# On a real engine.
demo-docker: build engine
	$(GO) run ./e2e/throwaway/cmd -- sh examples/demo.sh $(BIN)/stackup stackup-test/missing:1 stackup-test/app:1

lint: $(TOOLS)/gofumpt $(TOOLS)/golangci-lint $(TOOLS)/govulncheck
	@out=$$($(TOOLS)/gofumpt -l .); if [ -n "$$out" ]; then echo "gofumpt: $$out"; exit 1; fi
	$(GO) vet ./...
	$(TOOLS)/golangci-lint run ./...
	cd sandbox && $(GO) vet ./... && $(TOOLS)/golangci-lint run ./...
	@sh .ci/govulncheck $(TOOLS)/govulncheck

$(TOOLS)/gofumpt:
	GOBIN=$(TOOLS) $(GO) install $(GOFUMPT)
$(TOOLS)/golangci-lint:
	GOBIN=$(TOOLS) $(GO) install $(GOLANGCI_LINT)
$(TOOLS)/govulncheck:
	GOBIN=$(TOOLS) $(GO) install $(GOVULNCHECK)

$(TOOLS)/nfpm:
	GOBIN=$(TOOLS) $(GO) install $(NFPM)
$(TOOLS)/cyclonedx-gomod:
	GOBIN=$(TOOLS) $(GO) install $(CYCLONEDX)

# A release in dist/, for PLATFORMS (linux/amd64 …) or for all; and its image.
dist: $(TOOLS)/nfpm $(TOOLS)/cyclonedx-gomod
	@command -v zip >/dev/null || { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq zip; }
	.ci/dist $(TOOLS) $(PLATFORMS)

image: dist
	docker build -t stackup dist/image

# Every fuzz target of every package, one after another.
fuzz:
	@$(GO) list ./... | while read -r pkg; do \
	  for f in $$($(GO) test -list '^Fuzz' "$$pkg" | grep '^Fuzz'); do \
	    echo "$$pkg $$f"; $(GO) test -run '^$$' -fuzz "^$$f$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 10x "$$pkg" || exit 1; \
	  done; done

bench: build engine parts
	$(GO) test -run '^$$' -bench . -benchtime $(BENCHTIME) $$($(GO) list ./... | grep -v /e2e)
	STACKUP_E2E=1 $(GO) test -count=1 -run '^$$' -bench . -benchtime 1x -timeout 30m ./e2e

golden:
	$(GO) test ./applier ./loader ./planner ./render ./cmd/stackup -update

clean:
	rm -rf $(BIN) dist
