"""The database's shape over time. `env.py` runs the steps in `versions/`; `security.py` grants what each role may
do."""
