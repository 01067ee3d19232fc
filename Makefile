# Everything here works from a fresh clone and needs only Go. CI runs .ci/run, which calls these targets.

LINT  := go tool -modfile=$(CURDIR)/ci/lint/go.mod golangci-lint
TOOL  := go tool -modfile=ci/tools/go.mod

# Variables for the command line.
# FOR: how long to torture. FUZZ: how long, or with how many inputs, to fuzz each target. SEEDS: seeds of schedules.
# SAMPLE: number of planted mutants, 0 for all. TURN: which ones; by default, others every day.
# MUTANTS: number of mechanical mutants. SEED: which ones; by default, depending on the commit. WORKERS: how many at a time.
# COUNT: runs of each benchmark. OLD: a file of earlier runs to compare with. BASE: the commit to compare with.
# IN: modules to check for other systems; by default, all. ARGS: arguments of calibrate.
FOR    ?= 30s
FUZZ   ?= 10000x
SEEDS  ?= 1..300
SAMPLE ?= 0
TURN   ?= $(shell echo $$(($$(date +%s) / 86400)))
MUTANTS ?= 300
SEED   ?= $(shell git rev-parse HEAD)
WORKERS ?= 1
COUNT  ?= 10
OLD    ?=
BASE   ?=
IN     ?=
ARGS   ?=

# Packages with concurrency: the engine with its commit path, caches and iterators, the shared filesystem, the drivers of
# workloads, and the lab, which explores in parallel. ci/README.md says what only the nightly runs under the race detector.
RACE := ./faultfs ./workloads ./workloads/bench ./workloads/history ./workloads/targets/lightning ./workloads/targets/lightning/provoked \
	./workloads/torture ./workloads/torture/explore ./engine \
	$(addprefix ./engine/internal/,cache durable memtable rangedel sequencer sst)

# Tests, compilers and linters produce much garbage and keep little alive: with rarer collections, they take a third less time
# and twice the memory. Benchmarks run with the default, like other programs.
test race nightly fuzz-smoke cross vet lint structure cover: export GOGC ?= 400

# A process that ends under the race detector sleeps for a second. Some tests start fifty.
race nightly: export GORACE ?= atexit_sleep_ms=10

.DEFAULT_GOAL := help
.PHONY: help build test race nightly fuzz-smoke torture short-runs schedules yields programs mutants mutants-matrix calibrate vet cross lint fmt fmt-check
.PHONY: mutants-score mutants-score-status structure tidy-check bench bench-compare cover deadcode ci

help: ## Show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  %-20s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: ## Build the command into .build/
	go build -o .build/ ./cmd/lightning-torture

test: ## Run all tests
	go test ./...
	ci/modules go test ./...

race: ## Run the short tests of packages with concurrency under the race detector
	go test -race -short -vet=off -timeout 20m $(RACE)
	go test -race -short -vet=off -run Concurrent ./checker

nightly: cross ## Run all tests in their large scopes, then all of them under the race detector; takes hours
	LIGHTNING_NIGHTLY=1 go test -count=1 -timeout 3h ./...
	LIGHTNING_TEST_STRESS=200 go test -count=1 -timeout 3h -run TestEverythingAtOnce ./engine
	CHECKER_SMALL_HISTORIES=100000 go test -count=1 -timeout 3h -run BruteForce ./checker
	ci/published-histories
	go test -race -count=1 -timeout 3h ./...
	ci/modules go test -race -count=1 -timeout 3h -gcflags=all=-d=checkptr=0 ./...

fuzz-smoke: ## Fuzz every fuzz target for a moment: make fuzz-smoke FUZZ=10m
	ci/fuzz-smoke $(FUZZ)

torture: ## Torture the engine: make torture FOR=10m
	go run ./cmd/lightning-torture run --for $(FOR)

short-runs: ## Run the lab 92 times for 6 to 20 s, drawn at random: no alarm, at most two inconclusive; takes 20 minutes
	ci/short-runs

schedules: build ## Run the concurrent tests of the engine on seeded schedules: make schedules SEEDS=1..5000
	GOOS=wasip1 GOARCH=wasm .build/lightning-torture yields ./engine/... -- go test -vet=off -run TestScheduleOf \
		-exec '$(CURDIR)/.build/lightning-torture wasmexec --seeds $(SEEDS)' ./workloads/targets/lightning

yields: build ## Run the concurrent tests of the engine while its goroutines switch between any two statements: make yields COUNT=100
	.build/lightning-torture yields ./engine/... -- go test -vet=off -run TestScheduleOf -count $(COUNT) ./workloads/targets/lightning

programs: ## Torture released programs through FUSE: SQLite, PostgreSQL, RocksDB, Redis, etcd, git, ...; needs root, and ci/programs --install once
	ci/programs

mutants: ## Plant known bugs in the engine and check that the lab finds each one: make mutants SAMPLE=8
	go run ./cmd/lightning-torture mutants --sample $(SAMPLE) --turn $(TURN)

SCORE = .build/lightning-torture mutate ./engine/... --kind all --sample $(MUTANTS) --seed $(SEED) --workers $(WORKERS) \
	--ledger .build/mutants-score-$(SEED).jsonl --reasons ci/mutants/survivors.txt \
	--judge lab@20m=ci/mutants/judge-lab --reached lab=.build/reach-lab.cov \
	--judge tests@20m=ci/mutants/judge-tests --reached tests=.build/reach-tests.cov --format markdown

mutants-score: build ## Score the lab with mechanical mutants of the engine; continues where it stopped: make mutants-score MUTANTS=20 SEED=1
	test -e .build/reach-lab.cov -a -e .build/reach-tests.cov || ci/mutants/reach
	$(SCORE) > .build/SCORE.md; test $$? -le 1
	mv .build/SCORE.md ci/mutants/SCORE.md

mutants-score-status: build ## Show the score so far
	@$(SCORE) --status; test $$? -le 1

mutants-matrix: ## Make ci/mutants/MATRIX.md again: which fault shows which bug; takes an hour
	@mkdir -p .build
	go run ./cmd/lightning-torture mutants --matrix --faults power,failed-fsync,eio,enospc,lost-fsync,bitrot --each 3s \
		--format markdown > .build/MATRIX.md; test $$? -le 1
	mv .build/MATRIX.md ci/mutants/MATRIX.md

calibrate: ## Compare the crash model with ext4, XFS and btrfs of this kernel (needs root): make calibrate ARGS='-fs xfs'
	go -C faultfs/calibrate run ./cmd $(ARGS)

vet: ## Run go vet in every module
	go vet ./...
	ci/modules go vet ./...

cross: ## Check that every module compiles on darwin and windows: make cross IN=.
	go -C ci/tools vet ./crosscheck
	go -C ci/tools test ./crosscheck
	go -C ci/tools run ./crosscheck darwin,windows $(addprefix $(CURDIR)/,$(or $(IN),. $(shell ci/modules)))

structure: ## Measure the packages: files, exported names, cycles among files; fails where doc.go gives no reason
	go -C ci/tools vet ./structure
	go -C ci/tools test ./structure
	go -C ci/tools run ./structure $(CURDIR) $$(ci/modules | sed "s,^,$(CURDIR)/,")

lint: structure ## Run the linters in every module, and on the workflows; they also check who imports whom
	$(LINT) run --config ci/golangci.yml ./...
	ci/modules $(LINT) run --config $(CURDIR)/ci/golangci.yml ./...
	$(TOOL) actionlint

fmt: ## Format the code
	$(LINT) fmt --config ci/golangci.yml

fmt-check: ## Fail if fmt would change something
	$(LINT) fmt --config ci/golangci.yml --diff

tidy-check: ## Fail if a go.mod is not tidy
	go mod tidy -diff
	ci/modules go mod tidy -diff
	cd ci/tools && go mod tidy -diff
	cd ci/lint && go mod tidy -diff

bench: ## Run the benchmarks into .build/bench.txt: make bench OLD=before.txt
	@mkdir -p .build
	go test -run '^$$' -bench . -benchmem -count $(COUNT) ./... > .build/bench.txt
	$(TOOL) benchstat $(OLD) .build/bench.txt

bench-compare: ## Compare the engine's benchmarks with a commit: make bench-compare BASE=main COUNT=6
	ci/bench-compare "$(BASE)" $(COUNT)

cover: ## Show the share of statements that tests reach; details in .build/cover.html
	@mkdir -p .build
	go test -short -coverprofile .build/cover.out -coverpkg ./... ./...
	go tool cover -html .build/cover.out -o .build/cover.html
	go tool cover -func .build/cover.out | tail -n 1

deadcode: ## List functions that no command and no test reaches
	$(TOOL) deadcode -test ./...

ci: ## Run all that CI runs
	.ci/run
