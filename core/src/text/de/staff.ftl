# staff: tokens, verifications, the staff's decisions, plans, statistics
# API tokens
unknown_permission-token = Geben Sie eine Berechtigung an, die dieses Token haben kann, zum Beispiel domains:read.
permission_not_held-token = Sie haben { $permission } selbst nicht, daher kann Ihr Token es auch nicht haben.
# Verifications
inactive_scope = Der Client hat den Scope { $scope } nicht aktiviert.
unproven = Die Inhaberschaft von { $root } ist nicht nachgewiesen.
domain_unproven = Die Inhaberschaft von { $root } ist derzeit nicht nachgewiesen. Weisen Sie sie zuerst nach.
test_mode-verification = { $root } ist im Testmodus; so lange wird dafür nichts genehmigt.
domain_in_test_mode-approval = { $root } ist im Testmodus. Dafür wird nichts genehmigt, bis er aus ist.
too_many-domains = Ein Antrag gilt für höchstens { $max } Domains.
unknown_domain-verification = Der Client hat keine Domain { $roots }.
verification_pending = Ein anderer Antrag dieses Clients wartet noch auf eine Entscheidung.
verification_decided = Über diesen Antrag wurde entschieden oder er wurde zurückgezogen: Er wartet nicht mehr.
verification_changed = Der Antrag oder das, was von dem Client gezeigt wird, hat sich inzwischen geändert. Lesen Sie ihn noch einmal und entscheiden Sie dann.
verification_not_approved = Nur eine gültige Genehmigung kann widerrufen werden.
unknown_item = Der Antrag enthält diesen Scope auf dieser Domain nicht.
repeated-item = Ein früherer Eintrag entscheidet darüber bereits.
incomplete = Entscheiden Sie auch über { $scope } auf { $root }.
taken_back_by_operator = Vom Betreiber widerrufen.
review_name = Der Name wurde von „{ $old }“ in „{ $new }“ geändert.
review_logo_removed = Das Logo wurde entfernt.
review_logo_added = Ein Logo wurde hinzugefügt.
review_logo_changed = Das Logo wurde geändert.
review_both = { $name } { $logo }
# Decisions of the staff
required-reason = Sagen Sie, warum: Der Grund steht im Audit-Protokoll und wird denen mitgeteilt, die er betrifft.
staff_only = Dies ist für Mitarbeitende von XWMS.
staff_admin_only = Dies ist für Admins unter den Mitarbeitenden.
conflict_of_interest-client = Sie gehören zur Organisation dieses Clients oder sind dazu eingeladen. Jemand anderes entscheidet.
conflict_of_interest-own = Dies ist Ihr eigenes Konto. Jemand anderes entscheidet.
conflict_of_interest-payer = Ein Client, zu dessen Organisation Sie gehören, beruht auf diesem Konto. Jemand anderes entscheidet.
# The scope catalog
name_taken = Es gibt bereits einen Scope { $name }.
character-scope = Geben Sie nur Kleinbuchstaben, Ziffern und - _ . : an.
# Plans
malformed-account = Geben Sie die sub eines Kontos an.
not_a_number = Geben Sie die Nummer eines Kontos an.
required-account = Sagen Sie, wessen Tarif es ist: mit email oder mit sub, nicht mit beiden.
# Queries
malformed-scope = Geben Sie Namen von Scopes an, durch ein Leerzeichen getrennt.
malformed-address = Geben Sie eine Adresse an, zum Beispiel 192.0.2.1 oder 2001:db8::1.
malformed-client = Geben Sie die ID eines Clients an.
malformed-day = Geben Sie einen Tag an, zum Beispiel 2026-01-31.
range-before_from = Geben Sie einen Tag an, der nicht vor from liegt.
range-days = Geben Sie höchstens { $max } Tage an.
# Leaks
too_many-credentials = Melden Sie höchstens { $max } Zugangsdaten auf einmal.
