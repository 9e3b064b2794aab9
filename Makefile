# Rectify. `make run` starts everything, `make test` tests everything; both set up what they need.
PYTHON ?= python3
ARGS ?=
VENV_PYTHON := var/venv/bin/python
MACHINE = $(PYTHON) -m rectify.machine

.DEFAULT_GOAL := help
.PHONY: help run test check mutants bench doctor fonts lock sbom audit secrets clean python
MAKEFLAGS += --no-print-directory

help:
	@echo 'make run      安装所需、载入演示数据、启动（PORT=8000，DEMO=0 不载入演示）'
	@echo 'make test     全部测试：SQLite 一遍，PostgreSQL + Redis 一遍（ARGS="tests/x -k y"，ROUNDS=sqlite）'
	@echo 'make check    代码检查、类型、迁移'
	@echo 'make mutants  把防线逐条拆掉，看测试能否发现，结果写入 var/mutants.json（ARGS=A-3 只验一条规则）'
	@echo 'make bench    性能比值，写入 var/bench.json'
	@echo 'make doctor   本机缺什么'
	@echo 'make fonts    取得中文字体'
	@echo 'make lock     由 requirements/*.in 重新生成带哈希的清单（ARGS=--upgrade 升级）'
	@echo 'make sbom     由锁定清单生成软件物料清单 docs/sbom.cdx.json（make lock 会一并生成）'
	@echo 'make audit    查询每个依赖包的已知漏洞（查不到服务时写 NOT RUN，并以失败结束）'
	@echo 'make secrets  检查仓库中有没有口令、密钥'
	@echo 'make clean    删除缓存与测试结果（不动数据）'

python:
	@command -v $(PYTHON) >/dev/null || { echo '没有 $(PYTHON)：请安装 python3.11 · Python 3.11 or newer is required' >&2; exit 2; }
	@$(PYTHON) rectify/machine/python_version.py

run: python
	@exec $(MACHINE).run

test: python
	@exec $(MACHINE).suite $(ARGS)

check: python
	@exec $(MACHINE).check

mutants: python
	@$(MACHINE).environment dev
	@exec $(VENV_PYTHON) -m tests.mutants $(ARGS)

bench: python
	@$(MACHINE).environment dev
	@exec $(VENV_PYTHON) -m tests.bench $(ARGS)

doctor: python
	@$(MACHINE).environment base
	@exec $(VENV_PYTHON) manage.py doctor $(ARGS)

fonts: python
	@$(MACHINE).environment base
	@exec $(VENV_PYTHON) -m rectify.machine.fonts $(ARGS)

lock: python
	@$(MACHINE).environment dev
	@cd requirements && for name in base dev; do \
		echo "· requirements/$$name.txt"; \
		../$(VENV_PYTHON) -m uv pip compile --quiet --generate-hashes --no-emit-index-url \
			--no-emit-find-links --no-header --universal --python-version 3.11 $(ARGS) \
			$$name.in -o $$name.txt || exit 1; \
	done
	@$(MACHINE).supply sbom

sbom: python
	@exec $(MACHINE).supply sbom

audit: python
	@exec $(MACHINE).supply audit $(ARGS)

secrets: python
	@exec $(MACHINE).secret_scan

clean:
	@rm -rf .mypy_cache .ruff_cache .pytest_cache .hypothesis var/test-results
	@find . -path ./var -prune -o -name __pycache__ -type d -prune -exec rm -rf {} +
