# Waarom de poort nee zegt, en wat de partner verandert.

client_unknown-explanation = Er is geen client met deze id.
client_suspended-explanation = De client is opgeschort, of het account dat ervoor betaalt.
plan_lapsed-explanation = Het abonnement van de facturatie-eigenaar van de client is verlopen, en de respijttijd is voorbij.
redirect_uri_missing-explanation = Het verzoek heeft geen redirect-URI.
redirect_uri_unknown-explanation = De redirect-URI is niet geregistreerd, teken voor teken.
redirect_uri_inactive-explanation = De redirect-URI is geregistreerd, maar uitgeschakeld.
redirect_uri_needs_test_mode-explanation = De redirect-URI is een http- of loopback-URL, en het domein staat niet in testmodus.
domain_inactive-explanation = Het domein is uitgeschakeld.
login_not_allowed-explanation = Het domein staat inloggen niet toe.
request_malformed-explanation = Het verzoek is niet te lezen, of herhaalt client_id of redirect_uri.
parameter_repeated-explanation = De parameter { $name } is meer dan één keer gestuurd.
parameter_invalid-explanation = { $name ->
    [state] De parameter { $name } is te lang: hij mag hooguit 2048 bytes zijn.
    [nonce] De parameter { $name } is te lang: hij mag hooguit 2048 bytes zijn.
    [login_hint] De parameter { $name } is te lang: hij mag hooguit 2048 bytes zijn.
    [max_age] De parameter max_age is een aantal hele seconden, van 0 tot 4294967295.
    [prompt] De parameter prompt kent none, login, consent en select_account, en none staat alleen.
    [response_mode] De parameter response_mode kent alleen query.
   *[other] De parameter { $name } heeft een waarde die niet wordt geaccepteerd.
}
request_not_supported-explanation = De parameter request wordt niet ondersteund.
request_uri_not_supported-explanation = De parameter request_uri wordt niet ondersteund.
response_type_missing-explanation = Het verzoek heeft geen response_type.
response_type_unsupported-explanation = De response_type is niet code.
pkce_missing-explanation = Het verzoek heeft geen code_challenge, en de instelling pkce van de client is required.
pkce_method_unsupported-explanation = De code_challenge_method is niet S256.
pkce_challenge_invalid-explanation = De code_challenge is niet 43 tekens base64url.
scope_missing-explanation = Er is geen scope gevraagd, of er is geen geactiveerd.
scope_not_activated-explanation = De client heeft deze scopes niet geactiveerd: { $names }.
scope_locked-explanation = Deze scopes zijn gereserveerd en niet vrijgegeven voor dit domein of deze persoon: { $names }.
scope_not_for_clients-explanation = Deze scopes zijn niet beschikbaar met client credentials: { $names }.
test_mode_refuses-explanation = Het domein staat in testmodus, en deze persoon is geen lid en geen tester.
user_suspended-explanation = Het account van de persoon is opgeschort.
email_unverified-explanation = De persoon heeft nog geen e-mailadres bevestigd.
declined-explanation = De persoon zei nee.
login_required-explanation = Er is niemand ingelogd, of niet recent genoeg.
consent_required-explanation = De persoon moet om toestemming worden gevraagd.
secret_unknown-explanation = Het secret is niet van deze client.
secret_inactive-explanation = Het secret is uitgeschakeld.
secret_expired-explanation = Het secret is verlopen.
secret_not_linked-explanation = Het secret is niet aan het domein gekoppeld.
domain_unknown-explanation = Het genoemde domein is niet van deze client.
domain_malformed-explanation = Wat het domein noemt is geen domein-id en geen host.
domain_ambiguous-explanation = De aanroep noemt geen domein en kan er meer bedoelen: { $choices }.
api_not_allowed-explanation = Het domein staat API-aanroepen niet toe.
ip_not_allowed-explanation = Het adres van de aanroeper is geen van de server-IP-adressen van het domein.
login_refused-redirect_uri = De redirect-URI is er geen die deze client voor inloggen mag gebruiken.
login_refused-client = Inloggen via deze client is op dit moment niet mogelijk.
login_refused-test_mode = Deze site wordt getest: alleen wie daarvoor is uitgenodigd kan inloggen.
login_refused-user = Inloggen met dit account is niet mogelijk.
login_refused-authentication = De authenticatie van de client is mislukt.
client_unknown-fix = Stuur de id van de client zoals Mijn clients die toont.
client_suspended-fix = Schrijf XWMS: het bericht over de opschorting zegt waarom en waarheen.
plan_lapsed-fix = Verleng het abonnement van de facturatie-eigenaar, of maak een eigenaar met een abonnement facturatie-eigenaar.
redirect_uri_missing-fix = Stuur redirect_uri, ook als er maar één is geregistreerd.
redirect_uri_unknown-fix = Registreer precies deze URL als callback-URL, of stuur er een die is geregistreerd: schema, host, poort, pad, query en hoofdletters tellen allemaal.
redirect_uri_inactive-fix = Schakel de URL in onder Integraties, Domeinen.
redirect_uri_needs_test_mode-fix = Registreer een https-URL bij het domein, of schakel de testmodus in.
domain_inactive-fix = Schakel het domein in onder Integraties, Domeinen.
login_not_allowed-fix = Schakel inloggen toestaan in voor het domein.
request_malformed-fix = Stuur client_id en redirect_uri elk één keer, form-encoded in UTF-8.
parameter_repeated-fix = Stuur elke parameter één keer.
parameter_invalid-fix = Zoek op welke waarden de parameter kent.
request_not_supported-fix = Stuur de parameters zelf, zonder request-object.
response_type_missing-fix = Stuur response_type=code.
pkce_missing-fix = Zet in de software PKCE met S256 aan, zodat die code_challenge en code_challenge_method=S256 stuurt. Kent ze geen PKCE maar stuurt ze een nonce, zet dan pkce van de client op or_nonce bij Instellingen.
scope_missing-fix = Vraag minstens één scope, zoals openid, en activeer die voor de client.
scope_not_activated-fix = Activeer de scopes onder Integraties, Client Scopes, of vraag ze niet.
scope_locked-fix = Vraag een verificatie aan die deze scopes op dit domein dekt, of stuur de persoon een toegangsverzoek.
scope_not_for_clients-fix = Vraag alleen profile, email, providers, userinfo en useraddresses.
test_mode_refuses-fix = Stuur de persoon een testgebruikersverzoek, maak de persoon lid, of schakel de testmodus uit.
user_suspended-fix = Niets: deze persoon kan nergens inloggen.
email_unverified-fix = Niets: de persoon bevestigt het adres, dan gaat het inloggen verder.
declined-fix = Niets: de persoon koos ervoor de gegevens niet te delen.
login_required-fix = Begin het inloggen opnieuw zonder prompt=none.
secret_unknown-fix = Stuur een secret van deze client, heel en onveranderd.
secret_inactive-fix = Schakel het secret in, of gebruik een ander.
secret_expired-fix = Maak een nieuw secret en gebruik dat, of verzet de vervaldatum.
secret_not_linked-fix = Koppel het secret aan het domein, dat actief moet zijn.
domain_unknown-fix = Noem een domein van deze client met zijn id, zijn rootdomein of een host daaronder.
domain_malformed-fix = Noem het domein met zijn id of alleen een host, zonder schema, poort of pad.
domain_ambiguous-fix = Noem het domein, met de parameter domain of de header X-Client-Domain, of maak er een primair.
api_not_allowed-fix = Schakel API toestaan in voor het domein.
ip_not_allowed-fix = Voeg het adres van de aanroepende server toe aan de server-IP-adressen van het domein.
pkce_or_nonce_missing-explanation = Het verzoek heeft geen code_challenge en ook geen nonce met de scope openid; de instelling pkce van de client is or_nonce.
pkce_or_nonce_missing-fix = Zet in de software PKCE met S256 of de nonce van OpenID Connect aan, en vraag om de scope openid.
pkce_method_unsupported-fix = Stuur code_challenge, de base64url van de SHA-256 van de verifier zonder opvulling, en code_challenge_method=S256.
secret_missing-explanation = Er is geen client secret gestuurd, en de client is vertrouwelijk.
secret_malformed-explanation = Wat als client secret is gestuurd, kan er geen zijn.
public_client-explanation = Een publieke client heeft geen client credentials en geen native aanroepen.
secret_missing-fix = Stuur het client secret, met Basic of in de body. Software die er geen kan bewaren, heeft een client van het type public nodig.
secret_malformed-fix_white_space = Er staat witruimte om het secret, bijvoorbeeld een regeleinde: stuur het zonder.
secret_malformed-fix_checksum = Een teken van het secret is een ander: de controlesom klopt niet. Kopieer het opnieuw, of roteer het.
secret_malformed-fix_form = Stuur het hele secret: het begint met xwms_sk_ en is niet het label en ook niet de paar tekens waarop het eindigt.
public_client-fix = Maak voor je servers een vertrouwelijke client, en gebruik daar het secret van.
grant_unknown-explanation = De code of het refresh token is onbekend, of van een andere client.
code_expired-explanation = De code is verlopen: die leeft een minuut.
code_used-explanation = De code is al gebruikt.
verifier_missing-explanation = De code is aangevraagd met een code_challenge, en er is geen code_verifier gestuurd.
verifier_malformed-explanation = De code_verifier bestaat niet uit 43 tot 128 tekens van A-Z, a-z, 0-9 en -._~ zonder opvulling.
verifier_wrong-explanation = De code_verifier past niet bij de code_challenge.
verifier_unexpected-explanation = De code is aangevraagd zonder code_challenge, en er is een code_verifier gestuurd.
redirect_uri_differs-explanation = De redirect_uri is niet die waar de code heen is gestuurd.
refresh_token_expired-explanation = Het refresh token is verlopen.
refresh_token_used-explanation = Het refresh token is al gebruikt, dus alles uit die login is beëindigd.
grant_ended-explanation = De login waar het uit kwam, is beëindigd.
grant_unknown-fix = Stuur elke code en elk refresh token zoals gekregen, met de gegevens van de client die het kreeg.
code_expired-fix = Wissel een code meteen in, en houd de klok van de server gelijk.
code_used-fix = Wissel elke code één keer in: een callbackpagina die opnieuw wordt geladen, begint een nieuwe login.
verifier_missing-fix = Bewaar de code_verifier bij de begonnen login, en stuur die met de code mee.
verifier_malformed-fix = Maak de verifier van 32 willekeurige bytes in base64url, zonder de = aan het eind.
verifier_wrong-fix = Stuur de verifier van precies deze login: twee logins in één browser hebben er twee.
verifier_unexpected-fix = Stuur een code_challenge met de login mee, of geen code_verifier met de code. Stuurde de software er wel een, dan heeft iemand die onderweg weggehaald.
redirect_uri_differs-fix = Stuur de redirect_uri van de login opnieuw, teken voor teken, of laat die weg.
refresh_token_expired-fix = Begin een nieuwe login.
refresh_token_used-fix = Bewaar van elke login het nieuwste refresh token, en laat één proces het gebruiken.
grant_ended-fix = Begin een nieuwe login: de persoon, de partner of een schakelaar van de client heeft deze beëindigd.
resource_unknown-explanation = Een resource is geen API-URL in gebruik van de client, of meer dan er is verleend.
resource_unknown-fix = Registreer het adres van de resource server als API-URL, teken voor teken, of stuur er een die geregistreerd is; bij een refresh alleen wat de login noemde.
logout_url_unknown-explanation = De post-logout redirect URI is geen logout-URL in gebruik, teken voor teken.
logout_url_unknown-fix = Registreer precies deze URL als logout-URL; sommige software stuurt de basis-URL zonder schuine streep, of de callback.
