#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Who may call @connections: signatures right and wrong in every way, policies, and the rule for callers from this machine."""
import contextlib
import json
import re
import socket
import unittest

from gateway import Gateway
from management import ACCOUNT, ARN, Caller, GUEST, Key, Member, ONE_API, OWNER, POSTER, statement, with_keys
from signature import Signature, hash_of

HOUR = 3600
DENIER = Key('AKIDDENIER', 'a-secret-of-the-denier', policy={'Statement': [
    {'Effect': 'Allow', 'Action': 'execute-api:*', 'Resource': '*'},
    {'Effect': 'Deny', 'Action': 'execute-api:ManageConnections', 'Resource': ARN + 'DELETE/@connections/{connectionId}'}]})
BARE = Key('AKIDBARE', 'a-secret-of-the-bare', policy=statement('Allow', ARN + 'POST/@connections'))
SESSION = Key('ASIASESSION', 'a-secret-of-the-session', token='token', policy=statement('Allow', ARN + 'POST/@connections/*'))


@contextlib.contextmanager
def served(*keys, **options):
    with Gateway(with_keys(ONE_API, *keys) if keys else ONE_API, **options) as gateway:
        with Member(gateway.url) as member, Caller(gateway) as caller:
            yield gateway, member, caller
        for key in keys:
            for secret in filter(None, (key.secret, key.token)):
                assert secret not in gateway.log_text()


def signed(caller, key, method, target, body=b'', **mistakes):
    return caller.ask(method, target, body, Signature(key, caller.host, method, target, body, **mistakes).headers())


class Case(unittest.TestCase):
    def expect_refused(self, answer, kind, message):
        self.assertEqual((answer.status, answer.header('x-amzn-ErrorType')), (403, kind), answer.body)
        self.assertEqual(answer.names, ['Date', 'Content-Type', 'Content-Length', 'Connection', 'x-amzn-RequestId', 'x-amzn-ErrorType', 'x-amz-apigw-id'])
        body = json.loads(answer.body)
        self.assertEqual(list(body), ['Message' if kind == 'AccessDeniedException' else 'message'])
        self.assertRegex(next(iter(body.values())), message)

    def expect_mismatch(self, answer):
        self.expect_refused(answer, 'InvalidSignatureException', '^The request signature we calculated does not match the signature you provided')


class SignatureTest(Case):
    def test_a_signed_request_passes_however_its_path_is_written(self):
        with served(OWNER) as (_, member, caller):
            encoded = member.id.replace('=', '%3D')
            twice = encoded.replace('%', '%25')
            forms = [('/dev/@connections/' + encoded, None), ('/dev/@connections/' + member.id, None), ('/dev/%40connections/' + encoded, None),
                     ('/dev/@connections/' + encoded, '/dev/%40connections/' + encoded), ('/dev/%40connections/' + encoded, '/dev/%40connections/' + encoded),
                     ('/dev/@connections/' + member.id, '/dev/%2540connections/' + twice), ('/dev/@connections/' + encoded, '/dev/%2540connections/' + twice),
                     ('/dev//@connections/' + encoded, '/dev/%40connections/' + twice), ('/dev/@connections/' + member.id, '/dev/@connections/' + member.id),
                     ('/dev/@connections/' + encoded, '/dev/@connections/' + encoded), ('/dev/@connections/' + encoded, '/dev/@connections/' + member.id)]
            for number, (target, path) in enumerate(forms):
                body = b'%d' % number
                self.assertEqual(signed(caller, OWNER, 'POST', target, body, path=path).status, 200, (target, path))
                self.assertEqual(member.receive_text(), str(number))

    def test_unsigned_requests_get_missing_authentication_token(self):
        with served(OWNER) as (_, member, caller):
            for method in ('POST', 'GET', 'DELETE', 'PUT'):
                self.expect_refused(caller.ask(method, caller.path(member.id)), 'MissingAuthenticationTokenException', '^Missing Authentication Token$')

    def test_a_malformed_id_is_told_before_anybody_signs(self):
        with served(OWNER) as (_, member, caller):
            self.assertEqual(caller.get('nonsense').status, 400)
            self.assertEqual(signed(caller, OWNER.but(secret='another'), 'GET', caller.path('nonsense')).status, 400)

    def test_who_does_not_sign_learns_nothing_about_who_is_there(self):
        with served(OWNER) as (_, member, caller):
            self.assertEqual(caller.get('gbgA_S5PGQAYKEilZA==').status, 403)
            self.assertEqual(signed(caller, OWNER, 'GET', caller.path('gbgA_S5PGQAYKEilZA==')).status, 410)

    def test_a_wrong_secret_gets_aws_s_words_with_the_canonical_string(self):
        with served(OWNER) as (_, member, caller):
            target = caller.path(member.id)
            answer = signed(caller, OWNER.but(secret='another'), 'POST', target, b'hello')
            self.expect_mismatch(answer)
            message = json.loads(answer.body)['message']
            self.assertIn("details.\n\nThe Canonical String for this request should have been\n'POST\n/dev/%40connections/", message)
            self.assertIn("\n\nThe String-to-Sign should have been\n'AWS4-HMAC-SHA256\n", message)
            self.assertIn(hash_of(b'hello'), message)

    def test_a_signature_holds_for_its_own_request_only(self):
        with served(OWNER) as (_, member, caller):
            target, other = caller.path(member.id), caller.path('gbgA_S5PGQAYKEilZA==')
            headers = Signature(OWNER, caller.host, 'POST', target, b'hello').headers()
            self.assertEqual(caller.ask('POST', target, b'hello', headers).status, 200)
            self.assertEqual(caller.ask('POST', target, b'hello', headers).status, 200)  # AWS knows no replay within the five minutes
            for method, where, body in (('POST', target, b'hellp'), ('POST', target, b''), ('GET', target, b'hello'), ('DELETE', target, b'hello'),
                                        ('POST', other, b'hello'), ('POST', target.replace('/dev/', '/prod/'), b'hello'), ('POST', target + '?x=y', b'hello')):
                self.expect_mismatch(caller.ask(method, where, body, headers))
            caller.host = 'localhost'
            self.expect_mismatch(caller.ask('POST', target, b'hello', headers))
            self.assertEqual([member.receive_text() for _ in range(2)], ['hello', 'hello'])
            member.echo()

    def test_a_signature_that_was_changed_or_cut_off_is_refused(self):
        with served(OWNER) as (_, member, caller):
            target = caller.path(member.id)
            *others, authorization = Signature(OWNER, caller.host, 'GET', target).headers()
            signature = authorization[-64:]
            self.assertEqual(caller.ask('GET', target, b'', [*others, authorization]).status, 200)
            other_end = '0' if signature[-1] != '0' else '1'
            for forged in (signature[:-1], signature[:1], signature[:-1] + other_end, signature.upper(), signature + '0', '0' * 64):
                self.expect_mismatch(caller.ask('GET', target, b'', [*others, authorization[:-64] + forged]))

    def test_what_is_no_signature_is_incomplete(self):
        with served(OWNER) as (_, member, caller):
            target = caller.path(member.id)
            date, authorization = Signature(OWNER, caller.host, 'GET', target).headers()
            wrong = [(authorization[:-64], "Authorization header requires 'Signature' parameter"),
                     (re.sub('Credential=[^,]*, ', '', authorization), "requires 'Credential'"),
                     (re.sub('SignedHeaders=[^,]*, ', '', authorization), "requires 'SignedHeaders'"),
                     ('Authorization: AWS4-HMAC-SHA256', "requires 'Credential'"),
                     ('Authorization: Bearer token', 'Invalid key=value pair'),
                     (authorization.replace('/aws4_request', ''), 'exactly 5 slash-delimited elements'),
                     (authorization.replace('SHA256', 'SHA1', 1), "Unsupported AWS 'algorithm'"),
                     (authorization.replace('host;', 'host;x-missing;'), "'x-missing' is named as a SignedHeader")]
            for header, message in wrong:
                self.expect_refused(caller.ask('GET', target, b'', [date, header]), 'IncompleteSignatureException', message)
            self.expect_refused(caller.ask('GET', target, b'', [authorization]), 'IncompleteSignatureException', "'X-Amz-Date' or a 'Date' header")
            self.expect_refused(caller.ask('GET', target, b'', ['X-Amz-Date: yesterday', authorization]), 'IncompleteSignatureException', "Got 'yesterday'")

    def test_two_authorization_headers_are_broken_http(self):
        with served(OWNER) as (_, member, caller):
            headers = Signature(OWNER, caller.host, 'GET', caller.path(member.id)).headers()
            answer = caller.get(member.id, [*headers, headers[-1]])
            self.assertEqual((answer.status, answer.header('Content-Type')), (400, 'text/html'))

    def test_the_clocks_may_differ_by_five_minutes(self):
        with served(OWNER) as (_, member, caller):
            target = caller.path(member.id)
            for seconds in (0, 280, -280):
                self.assertEqual(signed(caller, OWNER, 'GET', target, seconds_ago=seconds).status, 200)
            for seconds, message in ((320, 'Signature expired: '), (24 * HOUR, 'Signature expired: '), (-320, 'Signature not yet current: ')):
                self.expect_refused(signed(caller, OWNER, 'GET', target, seconds_ago=seconds), 'InvalidSignatureException', '^' + message)

    def test_the_scope_must_be_right(self):
        with served(OWNER) as (_, member, caller):
            target = caller.path(member.id)
            self.expect_refused(signed(caller, OWNER, 'GET', target, service='lambda'), 'InvalidSignatureException', "correct service: 'execute-api'")
            self.assertEqual(signed(caller, OWNER, 'GET', target, region='eu-central-1').status, 200)  # whatever region a backend thinks it is in

    def test_other_headers_may_be_signed_and_then_count(self):
        with served(OWNER) as (_, member, caller):
            target = caller.path(member.id)
            headers = Signature(OWNER, caller.host, 'GET', target, headers=[('X-Mine', 'a b'), ('Content-Type', 'text/plain')]).headers()
            self.assertEqual(caller.ask('GET', target, b'', headers).status, 200)
            self.assertEqual(caller.ask('GET', target, b'', [header.replace('x-mine: a b', 'X-MINE:   a   b ') for header in headers]).status, 200)
            self.expect_mismatch(caller.ask('GET', target, b'', [header.replace('a b', 'a c') for header in headers]))

    def test_a_key_nobody_has_and_a_wrong_session_token_get_the_same_words(self):
        with served(OWNER, GUEST) as (_, member, caller):
            target = caller.path(member.id)
            self.assertEqual(signed(caller, GUEST, 'GET', target).status, 200)
            for key in (Key('AKIDNOBODY', 'whatever'), GUEST.but(token=None), GUEST.but(token=GUEST.token + 'x'), OWNER.but(token='uncalled-for')):
                self.expect_refused(signed(caller, key, 'GET', target), 'UnrecognizedClientException',
                                    '^The security token included in the request is invalid.$')

    def test_presigned_requests_pass_until_they_expire(self):
        with served(OWNER, GUEST) as (_, member, caller):
            target = caller.path(member.id.replace('=', '%3D'))

            def presigned(key, lifetime=60, payload_hash=None, body=b'', **mistakes):
                query = Signature(key, caller.host, 'POST', target, body, **mistakes).query(lifetime, payload_hash)
                return caller.ask('POST', target + '?' + query, body)

            for key in (OWNER, GUEST):
                self.assertEqual(presigned(key).status, 200)
            self.assertEqual(presigned(OWNER, body=b'later', payload_hash='UNSIGNED-PAYLOAD').status, 200)
            self.assertEqual(presigned(OWNER, lifetime=HOUR, seconds_ago=HOUR - 60).status, 200)
            self.expect_refused(presigned(OWNER, seconds_ago=120), 'InvalidSignatureException', '^Signature expired: ')
            self.expect_refused(presigned(OWNER, lifetime=999_999), 'IncompleteSignatureException', 'X-Amz-Expires')
            self.expect_mismatch(presigned(OWNER.but(secret='another')))
            query = Signature(OWNER, caller.host, 'POST', target).query()
            self.expect_mismatch(caller.ask('POST', target + '?' + query.replace('Expires=60', 'Expires=61')))
            self.expect_mismatch(caller.ask('POST', target + '?' + query, b'another body'))
            self.expect_refused(caller.ask('POST', target + '?' + query.split('&X-Amz-Signature')[0]), 'IncompleteSignatureException',
                                "must include 'X-Amz-Signature'")


class PolicyTest(Case):
    def denied(self, key, method, stage='dev', reason='because no identity-based policy allows the execute-api:ManageConnections action'):
        resource = 'arn:aws:execute-api:us-east-1:********%s:test/%s/%s/@connections/{connectionId}' % (ACCOUNT[-4:], stage, method)
        message = 'User: %s is not authorized to perform: execute-api:ManageConnections on resource: %s %s' % (key.user_arn, resource, reason)
        return '^' + re.escape(message) + '$'

    def test_a_policy_for_post_allows_post_on_its_stage_only(self):
        with served(POSTER) as (_, member, caller):
            self.assertEqual(signed(caller, POSTER, 'POST', caller.path(member.id), b'hello').status, 200)
            self.assertEqual(member.receive_text(), 'hello')
            for method, stage in (('GET', 'dev'), ('DELETE', 'dev'), ('POST', 'prod')):
                answer = signed(caller, POSTER, method, '/%s/@connections/%s' % (stage, member.id))
                self.expect_refused(answer, 'AccessDeniedException', self.denied(POSTER, method, stage))
            member.echo()

    def test_a_deny_wins_over_an_allow(self):
        with served(DENIER) as (_, member, caller):
            self.assertEqual(signed(caller, DENIER, 'GET', caller.path(member.id)).status, 200)
            answer = signed(caller, DENIER, 'DELETE', caller.path(member.id))
            self.expect_refused(answer, 'AccessDeniedException', self.denied(DENIER, 'DELETE', reason='with an explicit deny in an identity-based policy'))
            member.echo()

    def test_a_resource_without_its_last_part_allows_nothing(self):
        with served(BARE) as (_, member, caller):
            self.expect_refused(signed(caller, BARE, 'POST', caller.path(member.id)), 'AccessDeniedException', self.denied(BARE, 'POST'))

    def test_a_temporary_key_s_policy_is_a_session_policy(self):
        with served(SESSION) as (_, member, caller):
            answer = signed(caller, SESSION, 'GET', caller.path(member.id))
            self.expect_refused(answer, 'AccessDeniedException',
                                self.denied(SESSION, 'GET', reason='because no session policy allows the execute-api:ManageConnections action'))

    def test_who_may_not_is_told_so_before_whether_there_is_a_connection(self):
        with served(POSTER) as (_, member, caller):
            self.assertEqual(signed(caller, POSTER, 'GET', caller.path('gbgA_S5PGQAYKEilZA==')).status, 403)


class LoopbackTest(Case):
    def test_without_keys_callers_from_this_machine_need_no_signature(self):
        with served() as (gateway, member, caller):
            self.assertEqual(caller.get(member.id).status, 200)
            self.assertEqual(signed(caller, Key('AKIDANYBODY', 'whatever'), 'GET', caller.path(member.id)).status, 200)
            for address in ('127.0.0.2', '::1'):
                with socket.create_connection((address, gateway.port)) as other:
                    other.sendall(caller.request('GET', caller.path(member.id)))
                    self.assertTrue(other.recv(1000).startswith(b'HTTP/1.1 200 '), address)

    def test_a_request_that_a_proxy_passed_on_is_not_from_this_machine(self):
        with served() as (_, member, caller):
            for header in ('X-Forwarded-For: 127.0.0.1', 'x-forwarded-for: 203.0.113.7', 'Forwarded: for=127.0.0.1', 'X-Forwarded-For:', 'X-Real-IP: 127.0.0.1',
                           'Via: 1.1 proxy'):
                self.expect_refused(caller.get(member.id, [header]), 'MissingAuthenticationTokenException', '^Missing Authentication Token$')

    def test_a_page_in_a_browser_on_this_machine_may_not_call(self):
        with served() as (_, member, caller):
            for origin in ('http://example.com', 'null', 'http://localhost:8080'):
                answer = caller.post(member.id, b'x', ['Origin: ' + origin])
                self.expect_refused(answer, 'MissingAuthenticationTokenException', '^Missing Authentication Token$')
            member.echo()

    def test_callers_from_elsewhere_are_refused(self):
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            try:
                probe.connect(('192.0.2.1', 9))  # sends nothing: it only chooses this machine's own address
            except OSError:
                self.skipTest('this machine has the loopback interface only')
            address = probe.getsockname()[0]
        with served() as (gateway, member, _), Caller(gateway, 'ws://%s:%d/dev' % (address, gateway.port)) as other:
            self.assertIn(b'Missing Authentication Token', other.post(member.id, b'x').body)
            member.echo()

    def test_anybody_may_call_when_the_configuration_says_so(self):
        with served(settings=['gateway.managementAuthorization=none']) as (_, member, caller):
            self.assertEqual(caller.get(member.id, ['X-Forwarded-For: 203.0.113.7']).status, 200)

    def test_with_keys_also_callers_from_this_machine_sign(self):
        with served(OWNER) as (_, member, caller):
            self.assertEqual(caller.get(member.id).status, 403)


if __name__ == '__main__':
    unittest.main()
