# Backsight. `make run` starts it on real repositories, `make test` runs all tests. You need Go
# 1.26, git 2.36 or later, make, and Node 20 for the page (without Node, the server is built without
# its page). The targets install everything else.

SHELL := /bin/bash
.DEFAULT_GOAL := help

BIN      := $(CURDIR)/.bin
# The newest Temporal CLI that `go install` can build: the go.mod of later ones has a replace
# directive.
TEMPORAL_VERSION := v1.5.1
# A commit of 2026-08; zoekt has no releases.
ZOEKT_VERSION := v0.0.0-20260807124253-c4d8f3537f7a
TEMPORAL := $(or $(shell command -v temporal 2>/dev/null),$(BIN)/temporal)
TOOL     := go tool -modfile=tools/go.mod
GOLANGCI := go tool -modfile=tools/golangci/go.mod golangci-lint
NPM      := $(shell command -v npm 2>/dev/null)
GO_FILES := $(shell git ls-files -co --exclude-standard '*.go' 2>/dev/null)
WEB_FILES := $(shell git ls-files -co --exclude-standard web 2>/dev/null | grep -v '_test\|\.test\.\|^web/e2e' )

# The build of the product: static, without paths of this machine. `make build` and `make dist`
# share it, so that `make dist` only links what `make build` has compiled for this platform.
BUILD     := CGO_ENABLED=0 go build -trimpath
DIST      := $(CURDIR)/dist
PLATFORMS := linux/amd64 linux/arm64 darwin/amd64 darwin/arm64
VERSION   := $(or $(shell git describe --tags --dirty 2>/dev/null | sed 's/^v//'),dev)

export PATH := $(BIN):$(PATH)

.PHONY: help
help: ## List the targets
	@awk 'BEGIN {FS = ":.*## "} /^[a-z\/-]+:.*## / {printf "  %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: run
run: build temporal ## Start everything: make run [REPOS=DIR] [DATA=DIR] [ARGS='...']
	@exec ./bin/backsight up $(foreach dir,$(REPOS),--repos $(dir)) $(if $(DATA),--data $(DATA)) $(ARGS)

.PHONY: build
build: web bin/backsight ## Build bin/backsight, with the page in it if npm is installed

bin/backsight: $(GO_FILES) go.mod go.sum $(wildcard web/dist/index.html) migrations/*.sql api/schema.graphql
	$(BUILD) -o $@ ./cmd/backsight

.PHONY: dist
dist: web ## Release archives for Linux and macOS, in dist/: make dist [VERSION=0.1.0]
	@[ -f web/dist/index.html ] || { echo "the page is not built: install Node 20"; exit 1; }
	rm -rf $(DIST)
	$(MAKE) dist/archives

.PHONY: dist/archives $(PLATFORMS:%=dist/%)
dist/archives: $(PLATFORMS:%=dist/%)
	cd $(DIST) && if command -v sha256sum >/dev/null; then sha256sum *.tar.gz; else shasum -a 256 *.tar.gz; fi > SHA256SUMS

# Each backsight-VERSION-OS-ARCHITECTURE.tar.gz contains a folder backsight-VERSION-OS-ARCHITECTURE.
$(PLATFORMS:%=dist/%): NAME = backsight-$(VERSION)-$(subst /,-,$*)
$(PLATFORMS:%=dist/%): dist/%:
	@mkdir -p $(DIST)/$(NAME)
	GOOS=$(*D) GOARCH=$(*F) $(BUILD) -ldflags "-s -w -X main.version=$(VERSION) -X main.commit=$$(git rev-parse HEAD) \
	  -X main.date=$$(TZ=UTC git log -1 --date=format-local:%Y-%m-%d --format=%cd)" -o $(DIST)/$(NAME)/backsight ./cmd/backsight
	cp README.md $(wildcard LICENSE) $(DIST)/$(NAME)
	tar -C $(DIST) -czf $(DIST)/$(NAME).tar.gz $(NAME)
	@rm -r $(DIST)/$(NAME)

.PHONY: temporal
temporal: $(TEMPORAL)

$(BIN)/temporal:
	@echo "building the Temporal CLI $(TEMPORAL_VERSION) into .bin/ (once; about 3 minutes)"
	GOBIN=$(BIN) GOFLAGS= go install github.com/temporalio/cli/cmd/temporal@$(TEMPORAL_VERSION)

.PHONY: web
ifeq ($(NPM),)
web:
	@echo "npm is not installed: the server is built without its page (install Node 20 and run 'make web')"
else
web: web/dist/index.html
endif

web/node_modules/.installed: web/package-lock.json
	cd web && npm ci --no-audit --no-fund
	@touch $@

web/dist/index.html: web/node_modules/.installed $(WEB_FILES)
	cd web && npm run build

.PHONY: test
test: lint test/web test/go ## Lint, page tests, Go tests with Postgres, Temporal, git, Chromium

.PHONY: test/go
test/go: build temporal test/chromium
	go test -timeout 20m ./...

.PHONY: test/web
test/web: web
ifneq ($(NPM),)
	cd web && npm test
endif

.PHONY: test/chromium
test/chromium: ## Find Chromium for the page's tests, or install it
ifneq ($(NPM),)
	@web/e2e/chromium.sh >/dev/null
endif

.PHONY: test/race
test/race: build temporal ## Go tests with the race detector
	go test -race -timeout 40m ./...

.PHONY: conformance
conformance: bin/backsight temporal ## Compare with git on odd repositories: [ONLY=REGEXP]
	BACKSIGHT_CONFORMANCE=$(CURDIR)/bin/backsight BACKSIGHT_CONFORMANCE_ONLY='$(ONLY)' go test -count=1 -timeout 30m -run '^TestConformance$$' -v ./cmd/backsight/internal/conformance | grep -v '^ *=== '; exit $${PIPESTATUS[0]}

.PHONY: fuzz
fuzz: ## Fuzz the parsers of untrusted bytes, 1 minute each (FUZZTIME=...)
	@for target in $$(grep -rlE '^func Fuzz' --include='*_test.go' . | xargs -n1 dirname | sort -u); do \
	  for name in $$(grep -hoE '^func (Fuzz[A-Za-z0-9_]*)' $$target/*_test.go | cut -d' ' -f2); do \
	    go test -run '^$$' -fuzz "^$$name$$" -fuzztime $(or $(FUZZTIME),1m) $$target || exit 1; done; done

.PHONY: bench
bench: build temporal ## All benchmarks but scale: make bench REPOS=DIR (about 40 minutes)
	$(need-repos)
	@$(MAKE) --jobs=1 --keep-going bench-exact bench-speed bench-zoekt bench-large 2>&1 | tee -i bin/bench.log; status=$${PIPESTATUS[0]}; \
	  echo; echo "all bars (the whole output is in bin/bench.log):"; grep -E '^(held|missed|not run|bench:|FAIL|make.* Error [0-9]+$$)' bin/bench.log; exit $$status

# Exit with an explanation when no repositories are named.
need-repos = @[ -n "$(REPOS)" ] || { echo "name a folder of git repositories: make $@ REPOS=DIR"; exit 2; }
# A case of SLOW_PROPERTIES takes a second, because git reads the attributes of each commit, so they
# run with a tenth of CASES. The tests of search/history allocate much memory for a short time;
# GOGC=400 saves a fifth of their time.
CASES := 10000
PROPERTIES := TestSearch_EqualsCountingEveryCommitByItself TestSearch_AnIndexChangesNothing TestSearchCommits_EqualsGitLog TestSearch_DamagedFilesAreFaultsOfTheirCommits
REF_PROPERTIES := TestDefaultBranch_InAnyStateOfTheRefs TestPlainRepositories_EqualGit
SLOW_PROPERTIES := TestAttributes_EqualGit TestAttributes_OfCommits

.PHONY: bench-exact
bench-exact: build ## Compare results with brute force and git grep: REPOS=DIR [CASES=N]
	$(need-repos)
	GOGC=400 BACKSIGHT_CASES=$(CASES) go test -count=1 -parallel 3 -timeout 3h -run '^($(subst $() ,|,$(PROPERTIES)))$$' ./search/history
	@printf 'held    %s: $(CASES) of $(CASES) random histories\n' $(PROPERTIES)
	BACKSIGHT_CASES=$(CASES) go test -count=1 -timeout 3h -run '^($(subst $() ,|,$(REF_PROPERTIES)))$$' ./gitrepo
	@printf 'held    %s: $(CASES) of $(CASES) random repositories\n' $(REF_PROPERTIES)
	GOGC=400 BACKSIGHT_CASES=$$(($(CASES) / 10)) go test -count=1 -timeout 3h -run '^($(subst $() ,|,$(SLOW_PROPERTIES)))$$' ./search/history
	@printf 'held    %s: %s of %s random histories\n' $(foreach p,$(SLOW_PROPERTIES),$p $$(($(CASES) / 10)) $$(($(CASES) / 10)))
	go run ./bench/exact -backsight bin/backsight $(REPOS)

.PHONY: bench-speed
bench-speed: build temporal ## Times of backsight and git, of indexes and of Temporal: REPOS=DIR
	$(need-repos)
	go run ./bench/backfill $(REPOS)
	go run ./bench/history -backsight bin/backsight $(REPOS)
	go run ./bench/history -backsight bin/backsight -rounds 1 -every 1week -points 52 -query literal,any-case,regexp $(REPOS)
	go run ./bench/history -indexes $(REPOS)
	go run ./bench/cliffs -backsight bin/backsight $(REPOS)

.PHONY: bench-zoekt
bench-zoekt: build $(BIN)/zoekt ## Compare history indexes with those of zoekt: REPOS=DIR
	$(need-repos)
	go run ./bench/zoekt -backsight bin/backsight -tools $(BIN) $(REPOS)

# If zoekt cannot be installed, bench-zoekt reports that the comparison did not run, and succeeds.
$(BIN)/zoekt:
	-GOBIN=$(BIN) GOFLAGS= go install github.com/sourcegraph/zoekt/cmd/zoekt-git-index@$(ZOEKT_VERSION) github.com/sourcegraph/zoekt/cmd/zoekt@$(ZOEKT_VERSION)

.PHONY: bench-large
bench-large: build ## Memory of searches in large repositories, generated or in REPOS
	go run ./bench/large -backsight bin/backsight $(LARGE) $(REPOS)

.PHONY: bench-scale
bench-scale: build temporal ## One insight over many small repositories: make bench-scale [N=36000]
	go run ./bench/scale $(if $(N),-n $(N))

.PHONY: chaos
chaos: build temporal ## Kill, pause and damage while an insight is computed: make chaos [SEED=N]
	BACKSIGHT_CHAOS=1 $(if $(SEED),BACKSIGHT_CHAOS_SEED=$(SEED)) go test ./internal/e2e -run '^TestChaos$$' -count=1 -v -timeout 40m

.PHONY: lint
lint: lint/width ## Check widths of comments; run golangci-lint (.golangci.yml) and workflowcheck
	$(GOLANGCI) run ./...
	$(TOOL) workflowcheck ./workflows/...

.PHONY: lint/width
lint/width: ## Check that comments and prose fit 100 columns (internal/prose has the rules)
	@go run ./internal/prose

.PHONY: fmt
fmt: ## Format all Go files
	$(GOLANGCI) fmt

.PHONY: generate
generate: ## Write the generated code: sqlc, gqlgen, genqlient, the page's types, languages
	cd store && CGO_ENABLED=0 go tool -modfile=../tools/go.mod sqlc generate
	cd api && $(subst tools/,../tools/,$(TOOL)) gqlgen generate
	cd cmd/backsight/internal/remote && $(subst tools/,../../../../tools/,$(TOOL)) genqlient
	go generate ./search/internal/linguist
ifneq ($(NPM),)
	$(MAKE) web/node_modules/.installed
	cd web && npm run codegen
endif

.PHONY: verify
verify: generate ## Prove that the generated code is fresh
	@git diff --exit-code -- store/internal api cmd/backsight/internal/remote search/internal web/src/api || { echo "generated code was stale: commit what 'make generate' wrote"; exit 1; }

.PHONY: clean
clean: ## Remove what was built (not the data of 'make run')
	rm -rf bin dist web/dist/assets web/dist/index.html web/dist/graphiql web/node_modules
