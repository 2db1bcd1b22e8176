# newsmill: make run starts everything, make test tests everything. make help lists the rest.

GO ?= go
BIN := bin/newsmill
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
ARGS ?=

.DEFAULT_GOAL := help

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  \1\t\2/' | expand -t 16

.PHONY: build
build: need-go ## Build bin/newsmill
	$(GO) build -trimpath -ldflags "-X main.version=$(VERSION)" -o $(BIN) ./cmd/newsmill

.PHONY: run
run: need-go ## Build and run everything; ARGS="--once" for one round, ARGS="--seeds seeds/" for your sources
	@deployments/elasticsearch/run.sh --prepare-for $(BIN) & \
	$(MAKE) --no-print-directory build || { kill $$! 2>/dev/null; exit 1; }; \
	wait; exec $(BIN) run $(ARGS)

.PHONY: test
test: need-go ## Run all tests, with a real NATS and a real Elasticsearch of their own
	$(GO) run ./internal/elastictest/cmd/withelastic -- $(GO) test -timeout 9m ./...

.PHONY: lint
lint: need-go ## gofmt, go vet, staticcheck
	@out=$$(gofmt -l $$(git ls-files '*.go')); [ -z "$$out" ] || { echo "gofmt would change:"; echo "$$out"; exit 1; }
	$(GO) vet ./...
	$(GO) run $(STATICCHECK) ./...

.PHONY: need-go
need-go:
	@command -v $(GO) >/dev/null 2>&1 || { echo "newsmill needs Go 1.26 or newer: https://go.dev/doc/install (Debian: apt-get install golang-go, if new enough)" >&2; exit 1; }
