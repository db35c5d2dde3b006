"""The contenders: programs that speak as they are told (see worker.py), and say when what happened."""
