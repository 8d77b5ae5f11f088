# Everything one needs day to day. `make` alone lists it.
.DEFAULT_GOAL := help
.PHONY: help run test compiled test-compiled pictures chaos simulate fuzz lint format bench lock dist smoke kafka docs audit assets venv dev clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 15

run: venv assets ## start a server with the examples deployed, on http://127.0.0.1:8080
	@.venv/bin/andante serve --examples examples --demonstration $(ARGS)

# Where Python may not keep what it compiled, each worker and each server of a test compiles all of it anew.
unexport PYTHONDONTWRITEBYTECODE

# Half as many tests more at a time than there are cores, for some wait; those of a group one after the other. What ARGS say
# comes later and counts:
# `make test ARGS="-n0 -x tests/web/test_forms.py"`, or `ARGS="--pdb -k a_trip"`, which also runs them in one process.
WORKERS := $(shell echo $$(( ($$(nproc) * 3 + 1) / 2 )))
PYTEST = python -m pytest -n $(WORKERS) --dist loadgroup

test: dev assets ## run all tests, or those that ARGS say
	@scripts/system-packages --tests
	@.venv/bin/$(PYTEST) $(ARGS)

compiled: dev
	@scripts/system-packages --compiler
	@scripts/compile .venv-compiled

# `make test` alone has the chaos and the hundred kills, which take long (servers with the core compiled are killed by the tests
# of batches and backups), and each migration beside servers at work, which is SQL and nothing compiled (test_migrations.py takes
# them all with the core compiled).
test-compiled: compiled ## run the tests of the core and of what stands on it with the core compiled
	@.venv-compiled/bin/$(PYTEST) -m "not interpreted" tests/codec tests/engine tests/bpmn tests/store \
		tests/runtime --ignore tests/runtime/test_chaos.py --ignore tests/runtime/test_crash.py \
		--ignore tests/store/test_online_upgrade.py $(ARGS)

pictures: dev assets ## pictures of every page on a phone, a desk and a wall, in both themes, into screenshots/
	@ANDANTE_PICTURES=1 .venv/bin/$(PYTEST) tests/web/test_pictures.py tests/web/test_weight.py

chaos: dev ## three servers on one PostgreSQL, and faults, for ROUNDS rounds
	@CHAOS_ROUNDS=$(or $(ROUNDS),10) .venv/bin/python -m pytest -x -q tests/runtime/test_chaos.py $(ARGS)

KAFKA = $(or $(ANDANTE_TEST_KAFKA),$(CURDIR)/.kafka)
kafka: dev ## run the tests that need a Kafka, which is fetched with Maven when missing
	@ls $(KAFKA)/kafka_*.jar >/dev/null 2>&1 || mvn -q -B -f tests/support/kafka/pom.xml dependency:copy-dependencies \
		-DoutputDirectory=$(KAFKA)
	@ANDANTE_TEST_KAFKA=$(KAFKA) .venv/bin/python -m pytest tests/notify/test_kafka.py $(ARGS)

SEEDS = 1000
FROM = 0
simulate: dev ## run SEEDS seeds of the simulator, beginning with FROM, on all cores; says which of them fail
	@.venv/bin/python -m andante.testing.simulator $(FROM) $$(($(FROM) + $(SEEDS)))

# Tests that make up what they send, other things with each run.
FUZZED = tests/bpmn/test_never_crash.py tests/expressions/test_random_expressions.py tests/forms/test_any_form.py \
	tests/engine/test_random_processes.py tests/api/test_generated_requests.py
MINUTES = 10
fuzz: dev ## broken and made-up models, expressions, forms and requests, for MINUTES minutes
	@end=$$(( $$(date +%s) + 60 * $(MINUTES) )); while [ $$(date +%s) -lt $$end ]; do \
		.venv/bin/$(PYTEST) --hypothesis-profile=fuzz -x -q $(FUZZED) || exit 1; done

# The tests' files are checked in one go: their names differ, but for conftest.py, of which mypy is given links with names that do.
CONFTESTS = .mypy_cache/conftests
lint: dev ## ruff, mypy --strict, and the arrows between the rooms
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	@rm -rf $(CONFTESTS) && mkdir -p $(CONFTESTS) && for each in tests/conftest.py tests/*/conftest.py; do \
		ln -sf $(CURDIR)/$$each $(CONFTESTS)/$$(echo $$each | tr / _); done
	@.venv/bin/mypy $$(ls tests/*.py tests/*/*.py | grep -v /conftest.py) $(CONFTESTS)/*.py
	.venv/bin/mypy
	.venv/bin/lint-imports

format: dev ## let ruff put the sources in order
	.venv/bin/ruff check --fix
	.venv/bin/ruff format

dist: dev assets ## build wheel, source archive and bill of materials into dist/
	@scripts/dist

smoke: dev assets ## install what dist would publish into a bare environment, and try it there
	@scripts/smoke

docs: dev ## build the site of the documentation into site/; a link that leads nowhere ends it
	@.venv/bin/python scripts/site

audit: dev ## ask whether faults are known of what is locked
	@scripts/audit

bench: dev ## measure against other engines and the bare database; writes bench/results.json
	@bench/run

lock: dev ## renew the lock files from pyproject.toml
	.venv/bin/uv pip compile pyproject.toml --upgrade --generate-hashes --universal --python-version 3.11 \
		--no-header --quiet -o requirements/run.lock
	.venv/bin/uv pip compile pyproject.toml --all-extras -c requirements/run.lock --upgrade --generate-hashes --universal \
		--python-version 3.11 --no-header --quiet -o requirements/image.lock
	.venv/bin/uv pip compile pyproject.toml --group dev --all-extras -c requirements/run.lock --upgrade --generate-hashes --universal \
		--python-version 3.11 --no-header --quiet -o requirements/dev.lock

assets: ## fetch what the pages need from npm, when missing
	@scripts/system-packages
	@scripts/assets

venv:
	@scripts/venv requirements/run.lock

dev:
	@scripts/venv requirements/dev.lock

clean: ## remove what was built, not the databases
	rm -rf .venv .venv-compiled dist site node_modules src/andante/web/static/vendor bench/peers/.venv* bench/peers/node/node_modules \
		bench/peers/java/*/target bench/peers/java/.built
