"""What runs beside or around a handler; standard library only.

A worker process loads these files by path under the private package name ``_emulator_bootstraps``, so nothing here may
import ``emulator``; relative imports work under both names.  The inline runtime imports the same modules normally.
"""
