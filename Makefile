# newsmill: make run starts everything, make test tests everything. make help lists the rest.

GO ?= go
BIN := bin/newsmill
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo unknown)
ARGS ?=
FUZZTIME ?= 30s

.DEFAULT_GOAL := help

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## (.*)/  \1\t\2/' | expand -t 16

.PHONY: build
build: need-go ## Build bin/newsmill
	$(GO) build -trimpath -ldflags "-X main.version=$(VERSION)" -o $(BIN) ./cmd/newsmill

.PHONY: run
run: need-go ## Build and run everything. ARGS="--once" for one round, ARGS="--seeds seeds/ --contact https://…" for your sources
	@$(PREPARE) & prepare=$$!; \
	$(MAKE) --no-print-directory build || { kill $$prepare 2>/dev/null; exit 1; }; \
	wait $$prepare || exit 1; \
	exec $(BIN) run $(ARGS)

# Elasticsearch is downloaded and assembled while Go compiles, unless there is one to use.
PREPARE := case "$$NEWSMILL_ELASTICSEARCH $(ARGS)" in [!\ ]*|*--elasticsearch*) ;; *) deployments/elasticsearch/run.sh --prepare >/dev/null ;; esac

.PHONY: test
test: need-go ## Run all tests, with a real NATS and a real Elasticsearch of their own
	$(GO) run ./internal/elastictest/cmd/withelastic -- $(GO) test -timeout 9m ./...

.PHONY: fault
fault: need-go ## Run the long fault tests: servers killed in the middle, tens of thousands of messages
	$(GO) run ./internal/elastictest/cmd/withelastic -- $(GO) test -tags fault -timeout 40m -v -run 'TestTenThousandThreeTimes|TestNodeKilled' ./indexer

.PHONY: fuzz
fuzz: need-go ## Fuzz every parser of foreign bytes, FUZZTIME (30s) each
	@set -e; $(GO) list -f '{{.ImportPath}} {{.Dir}}' ./... | while read -r pkg dir; do \
	  for f in $$(grep -hoE '^func Fuzz[A-Za-z0-9_]+' "$$dir"/*_test.go 2>/dev/null | sed 's/func //'); do \
	    echo "$$pkg $$f"; $(GO) test -run '^$$' -fuzz "^$$f$$" -fuzztime $(FUZZTIME) "$$pkg"; \
	  done; done

.PHONY: bench
bench: need-go ## Run the benchmarks, with allocations
	$(GO) test -run '^$$' -bench . -benchmem ./...

.PHONY: bench-extract
bench-extract: need-go ## Extraction against other extractors. CORPUS="dir …", PEERS=go|pypi|all|none, ARGS=…; bench/extract/README.md
	@command -v python3 >/dev/null 2>&1 || { echo "bench-extract needs Python 3.11 or newer (Debian: apt-get install python3)" >&2; exit 1; }
	@$(MAKE) --no-print-directory build
	@GO="$(GO)" python3 bench/extract/bench.py --ours "$(BIN) extract --jsonl" --peers "$(or $(PEERS),go)" $(ARGS) $(CORPUS)

.PHONY: bench-web
bench-web: need-go ## The crawler on a web of its own: politeness, rates, peers, a long queue. ARGS="-run polite"; bench/web/README.md
	@$(MAKE) --no-print-directory build
	$(GO) build -o bin/bench-web ./bench/web
	bin/bench-web -newsmill $(BIN) $(ARGS)

.PHONY: lint
lint: need-go ## gofmt, go vet, staticcheck
	@out=$$(gofmt -l $$(git ls-files '*.go')); [ -z "$$out" ] || { echo "gofmt would change:"; echo "$$out"; exit 1; }
	$(GO) vet ./...
	$(GO) run $(STATICCHECK) ./...

.PHONY: need-go
need-go:
	@command -v $(GO) >/dev/null 2>&1 || { echo "newsmill needs Go 1.26 or newer: https://go.dev/doc/install (Debian: apt-get install golang-go, if new enough)" >&2; exit 1; }
