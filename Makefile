# Twelve commands. Each works as the first one typed on a fresh machine: .venv is made when it is missing or out of date.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.ready
PEERS := .venv-peers
ORACLES := .venv-oracles
export QT_QPA_PLATFORM ?= $(if $(DISPLAY)$(WAYLAND_DISPLAY),,offscreen)

# What Qt links against and a bare Debian lacks; installed only as root, only where apt exists and something is missing.
DEBIAN_QT := libglib2.0-0 libegl1 libgl1 libxkbcommon0 libdbus-1-3 libfontconfig1 libx11-6 \
	libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0 libxcb-render-util0 \
	libxcb-shape0 libxcb-util1 libxcb-xkb1 libxkbcommon-x11-0 libx11-xcb1 fonts-inter

.PHONY: demo test test-peers test-oracles check bench nightly screenshots setup system lock clean

demo: setup
	@if [ -n "$(DISPLAY)$(WAYLAND_DISPLAY)" ] || [ "$$(uname)" = Darwin ]; then $(BIN)/myograph demo; \
	else $(BIN)/myograph demo --headless --out demo-out; fi

test: setup
	$(BIN)/pytest -n 4 --dist loadgroup -m "not nightly"

# Our simulators against clients that others wrote, some of them GPL: an environment of their own.
test-peers: $(PEERS)/.ready
	MYOGRAPH_PEERS=required $(PEERS)/bin/pytest tests/peers

# Our numbers against packages that others wrote, one of them GPL: an environment of their own.
test-oracles: $(ORACLES)/.ready
	MYOGRAPH_ORACLES=required $(ORACLES)/bin/pytest tests/oracles

check: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/pyright
	$(BIN)/lint-imports
	$(BIN)/python -m tests.lock_matches

# Beside packages that others wrote, in one run: in the environment that has them.
bench: setup $(ORACLES)/.ready
	$(ORACLES)/bin/python -m tests.bench

# The guided fuzzer is for Linux on x86-64 only; elsewhere its tests are skipped and chance remains.
nightly: setup
	-$(BIN)/python -m pip install --quiet --disable-pip-version-check -r tests/fuzz/requirements.txt
	$(BIN)/pytest -n 2 --dist loadgroup -m nightly --timeout 3600
	$(BIN)/pytest -n 2 --dist loadgroup -m "hypothesis and not nightly" --hypothesis-profile default

screenshots: setup
	$(BIN)/python -m tests.ui.screenshots docs/screenshots

setup: $(STAMP)

system:
	@if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		missing=""; for p in $(DEBIAN_QT); do dpkg -s $$p >/dev/null 2>&1 || missing="$$missing $$p"; done; \
		$(PYTHON) -c "import ensurepip, venv" 2>/dev/null || missing="$$missing python3-venv"; \
		if [ -n "$$missing" ]; then echo "installing:$$missing"; apt-get update -qq && \
			for p in $$missing; do DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$p >/dev/null \
			|| echo "not installed: $$p"; done; fi; \
	fi

$(STAMP): requirements.lock pyproject.toml | system
	[ -x $(BIN)/python ] || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	touch $(STAMP)

$(PEERS)/.ready: requirements.lock pyproject.toml tests/peers/requirements.txt tests/peers/tables.txt | system
	[ -x $(PEERS)/bin/python ] || $(PYTHON) -m venv $(PEERS)
	$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check -r tests/peers/requirements.txt
	$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps -r tests/peers/tables.txt
	$(PEERS)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	touch $(PEERS)/.ready

$(ORACLES)/.ready: requirements.lock pyproject.toml tests/oracles/requirements.txt | system
	[ -x $(ORACLES)/bin/python ] || $(PYTHON) -m venv $(ORACLES)
	$(ORACLES)/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(ORACLES)/bin/python -m pip install --quiet --disable-pip-version-check -r tests/oracles/requirements.txt
	$(ORACLES)/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --editable .
	touch $(ORACLES)/.ready

# After a change in pyproject.toml: the new lock, without any registry address.
lock: setup
	$(BIN)/uv pip compile --quiet --universal --generate-hashes --python-version 3.11 --extra dev \
		--no-header --no-emit-index-url --no-emit-find-links pyproject.toml -o requirements.lock

clean:
	rm -rf $(VENV) $(PEERS) $(ORACLES) demo-out bench-out
