# staff: tokens, verifications, the staff's decisions, plans, statistics
# API tokens
unknown_permission-token = Geef een recht dat deze token kan hebben, zoals domains:read.
permission_not_held-token = Je hebt { $permission } zelf niet, dus een token van je kan het ook niet hebben.
# Verifications
inactive_scope = De client heeft de scope { $scope } niet geactiveerd.
unproven = Het eigendom van { $root } is niet bewezen.
domain_unproven = Het eigendom van { $root } is nu niet bewezen. Bewijs het eerst.
test_mode-verification = { $root } is in testmodus; zolang wordt er niets voor goedgekeurd.
domain_in_test_mode-approval = { $root } is in testmodus. Er wordt niets voor goedgekeurd tot die uit is.
too_many-domains = Een aanvraag is voor hoogstens { $max } domeinen.
unknown_domain-verification = De client heeft geen domein { $roots }.
verification_pending = Een andere aanvraag van deze client wacht nog op een beslissing.
verification_decided = Over deze aanvraag is beslist of ze is teruggetrokken: ze wacht niet meer.
verification_changed = De aanvraag, of wat mensen van de client zien, is intussen veranderd. Lees haar opnieuw en beslis dan.
verification_not_approved = Alleen een geldige goedkeuring kan worden ingetrokken.
unknown_item = De aanvraag heeft die scope niet op dat domein.
repeated-item = Een eerder onderdeel beslist hier al over.
incomplete = Beslis ook over { $scope } op { $root }.
taken_back_by_operator = Ingetrokken door de beheerder van het platform.
review_name = De naam is gewijzigd van “{ $old }” in “{ $new }”.
review_logo_removed = Het logo is verwijderd.
review_logo_added = Er is een logo toegevoegd.
review_logo_changed = Het logo is gewijzigd.
review_both = { $name } { $logo }
# Decisions of the staff
required-reason = Zeg waarom: de reden komt in het auditlog en wordt verteld aan wie het aangaat.
staff_only = Dit is voor medewerkers van XWMS.
staff_admin_only = Dit is voor beheerders onder de medewerkers.
conflict_of_interest-client = Je hoort bij de organisatie van deze client of bent ervoor uitgenodigd. Een andere medewerker beslist.
conflict_of_interest-own = Dit is je eigen account. Een andere medewerker beslist.
conflict_of_interest-payer = Een client waarvan je bij de organisatie hoort, steunt op dit account. Een andere medewerker beslist.
# The scope catalog
name_taken = Er is al een scope { $name }.
character-scope = Geef alleen kleine letters, cijfers en - _ . :.
# Plans
malformed-account = Geef de sub van een account.
not_a_number = Geef het nummer van een account.
required-account = Zeg van wie het abonnement is: met email of met sub, niet met beide.
# Queries
malformed-scope = Geef namen van scopes, met een spatie ertussen.
malformed-address = Geef één adres, zoals 192.0.2.1 of 2001:db8::1.
malformed-client = Geef de id van een client.
malformed-day = Geef een dag, zoals 2026-01-31.
range-before_from = Geef een dag die niet vóór from ligt.
range-days = Geef hoogstens { $max } dagen.
# Leaks
too_many-credentials = Meld hoogstens { $max } inloggegevens tegelijk.
