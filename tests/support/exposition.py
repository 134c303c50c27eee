# SPDX-License-Identifier: Apache-2.0
"""Prometheus' text format 0.0.4, read strictly: whatever Prometheus would refuse fails here."""
import re
import urllib.request

NAME = r'[a-zA-Z_:][a-zA-Z0-9_:]*'
SAMPLE = re.compile(r'(%s)(?:\{((?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\[\\"n])*",?)*)\})? (\S+)' % NAME)
LABEL = re.compile(r'([a-zA-Z_]\w*)="((?:[^"\\]|\\.)*)"')
SUFFIXES = {'histogram': ('_bucket', '_sum', '_count'), 'counter': ('',), 'gauge': ('',)}


class Page:
    """page['name'] or page['name', 'label', 'value', ...]: the value of the one series that has these labels, perhaps among others;
    0.0 when there is none and of('name') has others."""

    def __init__(self, text):
        self.kinds = {}    # by metric
        self.samples = {}  # (series, frozenset of labels) -> value
        metric = None
        assert text.endswith('\n')
        for line in text[:-1].split('\n'):
            if line.startswith('# HELP '):
                metric = line.split(' ')[2]
                assert metric not in self.kinds, 'twice: ' + metric
                self.kinds[metric] = None
            elif line.startswith('# TYPE '):
                name, kind = line.split(' ')[2:]
                assert name == metric and self.kinds[metric] is None and kind in SUFFIXES, line
                self.kinds[metric] = kind
            else:
                self._sample(metric, line)

    def _sample(self, metric, line):
        match = SAMPLE.fullmatch(line)
        assert match, 'no sample: ' + line
        series, labels, value = match.groups()
        assert series in [metric + suffix for suffix in SUFFIXES[self.kinds[metric]]], '%s among those of %s' % (series, metric)
        key = (series, frozenset(LABEL.findall(labels or '')))
        assert key not in self.samples, 'twice: ' + line
        self.samples[key] = float(value)

    def of(self, series):
        """Its samples: a list of (labels as a dict, value)."""
        return [(dict(labels), value) for (name, labels), value in self.samples.items() if name == series]

    def __getitem__(self, key):
        series, *labels = [key] if isinstance(key, str) else key
        wanted = set(zip(labels[::2], labels[1::2]))
        found = [value for has, value in self.of(series) if wanted <= set(has.items())]
        assert len(found) <= 1, '%s: %d series' % (key, len(found))
        assert found or self.kinds.get(series), 'no metric ' + series
        return found[0] if found else 0.0


def scrape(admin_url):
    """The page of a gateway's admin listener."""
    with urllib.request.urlopen(admin_url + '/metrics', timeout=60) as answer:
        kind = answer.headers['Content-Type']
        assert kind == 'text/plain; version=0.0.4; charset=utf-8', kind
        return Page(answer.read().decode())
