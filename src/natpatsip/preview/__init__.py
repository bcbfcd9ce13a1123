"""The preview: the report in a browser, made again whenever something that it is made of is saved.

Who does what:

``watching``  says when a file was saved that the report is made of
``builder``   a process that builds, with everything in memory; it ends when the helpers have changed
``workshop``  this process's side of it: asks for builds, starts it anew, ends it
``session``   what the open pages are told: which report there is, and what is wrong with the newest save
``pages``     a page as it is served: with the script that reloads it, and leave for that in its security policy
``server``    serves pages and news on loopback, to this machine's browser alone
"""
