#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Whatever functions do, whatever becomes of their code, and whoever leaves: every message has its one answer, no invocation is made twice, and
afterwards every function answers and nothing is left. POSTERN_RANDOM_SEED makes another storm, POSTERN_RANDOM_ROUNDS a longer one."""
import collections
import concurrent.futures
import http.client
import json
import os
import pathlib
import random
import signal
import tempfile
import threading
import unittest

from functions import PYTHON, FunctionGateway, api, ask, two_way
from gateway import RECORDER, wait_until
from websocket import Client

SEED = int(os.environ.get('POSTERN_RANDOM_SEED', 1))
ROUNDS = int(os.environ.get('POSTERN_RANDOM_ROUNDS', 6))

NODE = """
const later = (m) => new Promise((done) => setTimeout(done, m.n));
const DO = {
  later,
  throw: () => { throw new Error('thrown'); },
  crash: (m) => new Promise((done) => setTimeout(() => { done(); throw new Error('crashed'); }, m.n % 9)),
  lose: (m) => { Promise.reject(new Error('lost')); return later(m); },
  exit: (m) => process.exit(m.n % 3),
  hang: () => new Promise((done) => setTimeout(done, 60000)),
  print: (m) => console.log('x'.repeat(m.n * 50)),
  fork: () => require('child_process').spawn('sleep', ['1000'], { detached: true }).unref(),
  leave: (m) => { setTimeout(() => process.exit(7), m.n % 9); },
};
exports.handler = async (event) => {
  const m = JSON.parse(event.body ?? event.text ?? '{"nonce":"from nobody"}');
  require('fs').appendFileSync(process.env.RECORD, `${m.nonce}\\n`);
  await DO[m.do]?.(m);
  return m.do === 'nonsense' ? { a: 1 } : { statusCode: 200, body: m.do === 'flood' ? 'x'.repeat(6400000) : JSON.stringify({ nonce: m.nonce }) };
};
"""
PYTHON_CODE = """
import json, os, time
def handler(event, context):
    message = json.loads(event.get('body') or event['text'])
    with open(os.environ['RECORD'], 'a') as record:
        record.write(message['nonce'] + '\\n')
    if message['do'] in ('later', 'hang'):
        time.sleep(60 if message['do'] == 'hang' else message['n'] / 1000)
    if message['do'] in ('throw', 'crash'):
        raise KeyboardInterrupt if message['do'] == 'crash' else ValueError('thrown')
    if message['do'] == 'exit':
        os._exit(message['n'] % 3)
    return object() if message['do'] == 'nonsense' else {'statusCode': 200, 'body': json.dumps({'nonce': message['nonce']})}
"""
# A runtime of its own that answers twice, or stops in the middle, or asks for another event and is not there.
ODD = '#!' + PYTHON + """
import http.client, json, os
connect = lambda: http.client.HTTPConnection(os.environ['AWS_LAMBDA_RUNTIME_API'])
BASE = '/2018-06-01/runtime/invocation/'
api = connect()
while True:
    api.request('GET', BASE + 'next')
    answer = api.getresponse()
    place, event = BASE + answer.getheader('Lambda-Runtime-Aws-Request-Id') + '/response', json.load(answer)
    message = json.loads(event.get('body') or event['text'])
    with open(os.environ['RECORD'], 'a') as record:
        record.write(message['nonce'] + '\\n')
    result = json.dumps({'statusCode': 200, 'body': json.dumps({'nonce': message['nonce']})})
    if message['do'] == 'crash':
        api.request('POST', place, result[:-1], {'Content-Length': len(result)})
        os._exit(0)
    for _ in range(2 if message['do'] == 'throw' else 1):
        api.request('POST', place, result)
        api.getresponse().read()
    if message['do'] in ('lose', 'leave'):
        api.request('GET', BASE + 'next')
        if message['do'] == 'leave':
            os._exit(0)
        api = connect()
"""
DOES = ['at once'] * 6 + ['later'] * 4 + ['throw', 'crash', 'lose', 'exit', 'hang', 'print', 'fork', 'leave', 'flood', 'nonsense']
FILES = {'node/index.js': NODE, 'python/index.py': PYTHON_CODE, 'odd/bootstrap': ODD}
EDITS = [*((name, text) for name, text in FILES.items() for _ in range(2)), ('python/index.py', 'import os; os.abort()'),
         *(('node/index.js', text) for text in ('this is no code', 'process.exit(3);', 'setTimeout(() => { throw 1; }, 1);'))]


def configuration(record, dice):
    common = {'timeout': 1, 'reservedConcurrentExecutions': dice.choice([1, 2, 3]), 'handler': 'index.handler', 'environment': {'RECORD': record}}
    runtimes = {'node': 'nodejs20.x', 'python': 'python3.11', 'odd': 'provided.al2023'}
    routes = {'$connect': {'integration': 'plugin:recorder.connect'}, '$disconnect': {'integration': 'plugin:recorder.disconnect'},
              '$default': {'integration': 'plugin:echo', 'routeResponse': True}, **{name: two_way(name) for name in runtimes}}
    return api({name: {'runtime': runtime, 'codeUri': name, **common} for name, runtime in runtimes.items()}, routes, plugins={'recorder': {'library': RECORDER}})


class RandomTest(unittest.TestCase):
    def test_every_message_has_its_answer_and_afterwards_all_is_as_before(self):
        self.record = os.path.join(self.enterContext(tempfile.TemporaryDirectory(prefix='postern-record-')), 'nonces')
        self.one_edits = threading.Lock()
        settings = ['gateway.functions.' + each for each in ('idleTime=1s', 'initTimeout=2s', 'queue=3', 'freeze=' + ('true', 'false')[SEED % 2])]
        with FunctionGateway(configuration=configuration(self.record, random.Random(SEED)), files=FILES, flags=['--watch'], settings=settings) as self.gateway:
            self.all_answer()
            descriptors = self.gateway.descriptors()
            with concurrent.futures.ThreadPoolExecutor() as pool:
                for storm in [pool.submit(self.storm, number) for number in range(5)]:
                    storm.result()
            for name, text in FILES.items():
                self.gateway.write_file(name, text)
            self.all_answer()
            self.gateway.wait_for_descriptors_back(descriptors)
        made = collections.Counter(pathlib.Path(self.record).read_text().splitlines())
        self.assertEqual([nonce for nonce, times in made.items() if times > 1 and nonce != 'calm'], [], 'invoked twice')

    def all_answer(self):
        """And are ended, for nobody needs them."""
        with Client(self.gateway.url) as client:
            for name in ('node', 'python', 'odd'):
                wait_until(lambda: json.loads(ask(client, {'action': name, 'do': 'at once', 'nonce': 'calm'})).get('nonce') == 'calm', name + ' answers')
        self.gateway.wait_for_instances(0)

    def storm(self, number):
        dice = random.Random(1000 * SEED + number)
        for life in range(ROUNDS):
            messages = ({'action': dice.choice(['node', 'python', 'odd']), 'do': dice.choice(DOES), 'n': dice.randrange(1000),
                         'nonce': '%d.%d.%d' % (number, life, i)} for i in range(100))
            self.talk(dice, messages)
            self.invoke(dice, next(messages))
            with self.one_edits:
                self.gateway.write_file(*dice.choice(EDITS))
                if dice.random() < 0.3:
                    self.gateway.write_file('postern.yaml', configuration(self.record, dice))
                    self.gateway.signal(signal.SIGHUP)

    def talk(self, dice, messages):
        with Client(self.gateway.url) as client:
            for _ in range(3):
                open_nonces = [next(messages) for _ in range(dice.randrange(1, 4))]
                for message in open_nonces:
                    client.send_text(json.dumps(message))
                if dice.random() < 0.2:
                    return client.vanish() if dice.random() < 0.5 else client.leave()
                answers = [json.loads(client.receive_text()) for _ in open_nonces]
                own = [answer['nonce'] for answer in answers if 'connectionId' not in answer]
                self.assertLessEqual(collections.Counter(own), collections.Counter(message['nonce'] for message in open_nonces))
            client.echo()  # nothing else is on its way
            client.close()

    def invoke(self, dice, message):
        admin = http.client.HTTPConnection(self.gateway.admin_url.partition('//')[2])
        admin.request('POST', '/2015-03-31/functions/%s/invocations' % message['action'], json.dumps({'text': json.dumps(message)}))
        if dice.random() < 0.7:  # otherwise it has gone meanwhile
            result = json.loads(admin.getresponse().read())
            self.assertTrue('statusCode' not in result or message['nonce'] in result['body'], result)
        admin.close()


if __name__ == '__main__':
    unittest.main()
