"""The report: one file that shows every answer and asks nobody for anything.

``contents`` gathers the answers, ``page`` puts them into a page with a charting library inside. The
numbers are those of ``cli.answers``; the page itself only adds up what adds up.
"""
