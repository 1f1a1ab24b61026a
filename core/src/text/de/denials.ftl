# Warum das Tor nein sagt, und was der Partner ändert.

client_unknown-explanation = Es gibt keinen Client mit dieser Id.
client_suspended-explanation = Der Client ist gesperrt, oder das Konto, das ihn bezahlt.
plan_lapsed-explanation = Der Tarif des Abrechnungsinhabers des Clients ist abgelaufen, und die Schonfrist ist vorbei.
redirect_uri_missing-explanation = Die Anfrage hat keine Redirect-URI.
redirect_uri_unknown-explanation = Die Redirect-URI ist nicht eingetragen, Zeichen für Zeichen.
redirect_uri_inactive-explanation = Die Redirect-URI ist eingetragen, aber ausgeschaltet.
redirect_uri_needs_test_mode-explanation = Die Redirect-URI ist eine http- oder Loopback-URL, und ihre Domain ist nicht im Testmodus.
domain_inactive-explanation = Die Domain ist ausgeschaltet.
login_not_allowed-explanation = Die Domain erlaubt keine Anmeldung.
request_malformed-explanation = Die Anfrage ist nicht lesbar, oder sie wiederholt client_id oder redirect_uri.
parameter_repeated-explanation = Der Parameter { $name } wurde mehr als einmal gesendet.
parameter_invalid-explanation = { $name ->
    [state] Der Parameter { $name } ist zu lang: Er darf höchstens 2048 Bytes haben.
    [nonce] Der Parameter { $name } ist zu lang: Er darf höchstens 2048 Bytes haben.
    [login_hint] Der Parameter { $name } ist zu lang: Er darf höchstens 2048 Bytes haben.
    [max_age] Der Parameter max_age ist eine Zahl ganzer Sekunden, von 0 bis 4294967295.
    [prompt] Der Parameter prompt kennt none, login, consent und select_account, und none steht allein.
    [response_mode] Der Parameter response_mode kennt nur query.
   *[other] Der Parameter { $name } hat einen Wert, der nicht angenommen wird.
}
request_not_supported-explanation = Der Parameter request wird nicht unterstützt.
request_uri_not_supported-explanation = Der Parameter request_uri wird nicht unterstützt.
response_type_missing-explanation = Die Anfrage hat keinen response_type.
response_type_unsupported-explanation = Der response_type ist nicht code.
pkce_missing-explanation = Die Anfrage hat keine code_challenge, und die Einstellung pkce des Clients ist required.
pkce_method_unsupported-explanation = Die code_challenge_method ist nicht S256.
pkce_challenge_invalid-explanation = Die code_challenge hat nicht 43 Zeichen in base64url.
scope_missing-explanation = Es wurde kein Scope verlangt, oder keiner ist aktiviert.
scope_not_activated-explanation = Der Client hat diese Scopes nicht aktiviert: { $names }.
scope_locked-explanation = Diese Scopes sind reserviert und für diese Domain oder Person nicht freigegeben: { $names }.
scope_not_for_clients-explanation = Diese Scopes gibt es nicht mit Client Credentials: { $names }.
test_mode_refuses-explanation = Die Domain ist im Testmodus, und diese Person ist weder Mitglied noch Tester.
user_suspended-explanation = Das Konto der Person ist gesperrt.
email_unverified-explanation = Die Person hat noch keine E-Mail-Adresse bestätigt.
declined-explanation = Die Person hat nein gesagt.
login_required-explanation = Niemand ist angemeldet, oder nicht vor kurzem genug.
consent_required-explanation = Die Person muss um ihre Einwilligung gebeten werden.
secret_unknown-explanation = Das Secret gehört nicht zu diesem Client.
secret_inactive-explanation = Das Secret ist ausgeschaltet.
secret_expired-explanation = Das Secret ist abgelaufen.
secret_not_linked-explanation = Das Secret ist nicht mit der Domain verknüpft.
domain_unknown-explanation = Die genannte Domain gehört nicht zu diesem Client.
domain_malformed-explanation = Was die Domain nennt, ist weder eine Domain-Id noch ein Host.
domain_ambiguous-explanation = Der Aufruf nennt keine Domain und könnte mehrere meinen: { $choices }.
api_not_allowed-explanation = Die Domain erlaubt keine API-Aufrufe.
ip_not_allowed-explanation = Die Adresse des Aufrufers ist keine der Server-IP-Adressen der Domain.
login_refused-redirect_uri = Die Redirect-URI ist keine, die dieser Client für Anmeldungen verwenden darf.
login_refused-client = Die Anmeldung über diesen Client ist zurzeit nicht möglich.
login_refused-test_mode = Diese Website wird getestet: Nur wer zum Test eingeladen ist, kann sich anmelden.
login_refused-user = Die Anmeldung mit diesem Konto ist nicht möglich.
login_refused-authentication = Die Authentifizierung des Clients ist fehlgeschlagen.
client_unknown-fix = Senden Sie die Id des Clients, wie Meine Clients sie zeigt.
client_suspended-fix = Schreiben Sie XWMS: Die Mitteilung über die Sperre sagt, warum und wohin.
plan_lapsed-fix = Verlängern Sie den Tarif des Abrechnungsinhabers, oder machen Sie einen Inhaber mit Tarif zum Abrechnungsinhaber.
redirect_uri_missing-fix = Senden Sie redirect_uri, auch wenn nur eine eingetragen ist.
redirect_uri_unknown-fix = Tragen Sie genau diese URL als Callback-URL ein, oder senden Sie eine eingetragene: Schema, Host, Port, Pfad, Query und Großschreibung zählen alle.
redirect_uri_inactive-fix = Schalten Sie die URL unter Integrationen, Domains ein.
redirect_uri_needs_test_mode-fix = Tragen Sie eine https-URL auf der Domain ein, oder schalten Sie den Testmodus ein.
domain_inactive-fix = Schalten Sie die Domain unter Integrationen, Domains ein.
login_not_allowed-fix = Schalten Sie Anmeldung erlauben für die Domain ein.
request_malformed-fix = Senden Sie client_id und redirect_uri je einmal, form-encoded in UTF-8.
parameter_repeated-fix = Senden Sie jeden Parameter einmal.
parameter_invalid-fix = Schlagen Sie nach, welche Werte der Parameter kennt.
request_not_supported-fix = Senden Sie die Parameter selbst, ohne Request-Objekt.
response_type_missing-fix = Senden Sie response_type=code.
pkce_missing-fix = Schalten Sie in der Software PKCE mit S256 ein, damit sie code_challenge und code_challenge_method=S256 sendet. Kennt sie kein PKCE, sendet aber eine nonce, dann setzen Sie pkce des Clients unter Einstellungen auf or_nonce.
scope_missing-fix = Verlangen Sie mindestens einen Scope, etwa openid, und aktivieren Sie ihn für den Client.
scope_not_activated-fix = Aktivieren Sie die Scopes unter Integrationen, Client-Scopes, oder verlangen Sie sie nicht.
scope_locked-fix = Beantragen Sie eine Verifizierung, die diese Scopes auf dieser Domain umfasst, oder senden Sie der Person eine Zugriffsanfrage.
scope_not_for_clients-fix = Verlangen Sie nur profile, email, providers, userinfo und useraddresses.
test_mode_refuses-fix = Senden Sie der Person eine Testbenutzer-Anfrage, machen Sie sie zum Mitglied, oder schalten Sie den Testmodus aus.
user_suspended-fix = Nichts: Diese Person kann sich nirgends anmelden.
email_unverified-fix = Nichts: Die Person bestätigt die Adresse, dann geht die Anmeldung weiter.
declined-fix = Nichts: Die Person hat sich entschieden, die Daten nicht zu teilen.
login_required-fix = Beginnen Sie die Anmeldung neu ohne prompt=none.
secret_unknown-fix = Senden Sie ein Secret dieses Clients, ganz und unverändert.
secret_inactive-fix = Schalten Sie das Secret ein, oder verwenden Sie ein anderes.
secret_expired-fix = Erstellen Sie ein neues Secret und verwenden Sie es, oder verschieben Sie das Ablaufdatum.
secret_not_linked-fix = Verknüpfen Sie das Secret mit der Domain, die aktiv sein muss.
domain_unknown-fix = Nennen Sie eine Domain dieses Clients durch ihre Id, ihre Root-Domain oder einen Host darunter.
domain_malformed-fix = Nennen Sie die Domain durch ihre Id oder einen Host allein, ohne Schema, Port oder Pfad.
domain_ambiguous-fix = Nennen Sie die Domain, durch den Parameter domain oder den Header X-Client-Domain, oder machen Sie eine zur primären Domain.
api_not_allowed-fix = Schalten Sie API erlauben für die Domain ein.
ip_not_allowed-fix = Fügen Sie die Adresse des aufrufenden Servers zu den Server-IP-Adressen der Domain hinzu.
pkce_or_nonce_missing-explanation = Die Anfrage hat weder eine code_challenge noch eine nonce mit dem Scope openid; die Einstellung pkce des Clients ist or_nonce.
pkce_or_nonce_missing-fix = Schalten Sie in der Software PKCE mit S256 oder die nonce von OpenID Connect ein, und fragen Sie nach dem Scope openid.
pkce_method_unsupported-fix = Senden Sie code_challenge, die base64url der SHA-256 des Verifiers ohne Auffüllung, und code_challenge_method=S256.
secret_missing-explanation = Es wurde kein Client Secret gesendet, und der Client ist ein vertraulicher.
secret_malformed-explanation = Was als Client Secret gesendet wurde, kann keines sein.
public_client-explanation = Ein öffentlicher Client hat keine Client Credentials und keine nativen Aufrufe.
secret_missing-fix = Senden Sie das Client Secret, mit Basic oder im Body. Software, die keines bewahren kann, braucht einen Client vom Typ public.
secret_malformed-fix_white_space = Um das Secret stehen Leerzeichen oder ein Zeilenende: Senden Sie es ohne.
secret_malformed-fix_checksum = Ein Zeichen des Secrets ist ein anderes: Die Prüfsumme stimmt nicht. Kopieren Sie es neu, oder rotieren Sie es.
secret_malformed-fix_form = Senden Sie das ganze Secret: Es beginnt mit xwms_sk_ und ist weder sein Label noch die wenigen Zeichen, auf die es endet.
public_client-fix = Legen Sie für Ihre Server einen vertraulichen Client an, und verwenden Sie dort dessen Secret.
grant_unknown-explanation = Der Code oder das Refresh-Token ist unbekannt oder von einem anderen Client.
code_expired-explanation = Der Code ist abgelaufen: Er lebt eine Minute.
code_used-explanation = Der Code wurde schon verwendet.
verifier_missing-explanation = Der Code wurde mit einer code_challenge angefragt, und es wurde kein code_verifier gesendet.
verifier_malformed-explanation = Der code_verifier besteht nicht aus 43 bis 128 Zeichen von A-Z, a-z, 0-9 und -._~ ohne Auffüllung.
verifier_wrong-explanation = Der code_verifier passt nicht zur code_challenge.
verifier_unexpected-explanation = Der Code wurde ohne code_challenge angefragt, und es wurde ein code_verifier gesendet.
redirect_uri_differs-explanation = Die redirect_uri ist nicht die, an die der Code gesendet wurde.
refresh_token_expired-explanation = Das Refresh-Token ist abgelaufen.
refresh_token_used-explanation = Das Refresh-Token wurde schon verwendet, daher ist alles aus dieser Anmeldung beendet.
grant_ended-explanation = Die Anmeldung, aus der es kam, ist beendet.
grant_unknown-fix = Senden Sie jeden Code und jedes Refresh-Token so, wie Sie es erhalten haben, mit den Daten des Clients, der es erhielt.
code_expired-fix = Lösen Sie einen Code sofort ein, und halten Sie die Uhr des Servers richtig.
code_used-fix = Lösen Sie jeden Code einmal ein: Eine Callback-Seite, die neu geladen wird, beginnt eine neue Anmeldung.
verifier_missing-fix = Bewahren Sie den code_verifier bei der begonnenen Anmeldung auf, und senden Sie ihn mit dem Code.
verifier_malformed-fix = Bilden Sie den Verifier aus 32 zufälligen Bytes in base64url, ohne das = am Ende.
verifier_wrong-fix = Senden Sie den Verifier genau dieser Anmeldung: Zwei Anmeldungen in einem Browser haben zwei.
verifier_unexpected-fix = Senden Sie mit der Anmeldung eine code_challenge oder mit dem Code keinen code_verifier. Hat die Software eine gesendet, dann hat sie jemand unterwegs entfernt.
redirect_uri_differs-fix = Senden Sie die redirect_uri der Anmeldung noch einmal, Zeichen für Zeichen, oder lassen Sie sie weg.
refresh_token_expired-fix = Beginnen Sie eine neue Anmeldung.
refresh_token_used-fix = Bewahren Sie von jeder Anmeldung das neueste Refresh-Token auf, und lassen Sie es einen Prozess verwenden.
grant_ended-fix = Beginnen Sie eine neue Anmeldung: Die Person, der Partner oder ein Schalter des Clients hat diese beendet.
resource_unknown-explanation = Eine resource ist keine aktive API-URL des Clients oder mehr, als gewährt wurde.
resource_unknown-fix = Registrieren Sie die Adresse des Resource-Servers als API-URL, Zeichen für Zeichen, oder senden Sie eine registrierte; bei einer Erneuerung nur, was die Anmeldung nannte.
logout_url_unknown-explanation = Die Post-Logout-Redirect-URI ist keine aktive Logout-URL, Zeichen für Zeichen.
logout_url_unknown-fix = Registrieren Sie genau diese URL als Logout-URL; manche Software sendet ihre Basis-URL ohne Schrägstrich oder ihren Callback.
