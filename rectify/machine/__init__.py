"""The machine room: everything that must work before Django is installed.

Standard library only, so that a bare Debian can run it with its own Python. Each module knows one
thing about the machine: its Python, its packages, its servers, its processes.
"""
