"""The preview: the report in a browser, rebuilt whenever one of its files is saved.

``serve``          runs all of this on one event loop, until Ctrl-C, and reports saves of the report's files
``session``        builds after saves, and keeps the state that open pages are sent: the report's version, what is wrong
``build_process``  this process's side of the process that builds: starts it, asks it for builds, stops it
``builder``        the process that builds, with everything in memory; it ends when the Python code has changed
``web_server``     serves pages and states on loopback, to this machine's browsers only
"""
