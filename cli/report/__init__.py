"""The report: one HTML file with all answers that works offline and sends nothing.

``contents`` gathers the answers, ``page`` puts them into a page with the script in ``script/``. The
numbers are those of ``cli.answers``; the page itself only adds up what adds up.
"""
