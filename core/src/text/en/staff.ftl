# staff: tokens, verifications, the staff's decisions, plans, statistics
# API tokens
unknown_permission-token = Give a permission that this token can have, such as domains:read.
permission_not_held-token = You do not hold { $permission } yourself, so a token of yours can’t either.
# Verifications
inactive_scope = The client has not activated the scope { $scope }.
unproven = The ownership of { $root } is not proven.
domain_unproven = The ownership of { $root } is not proven now. Prove it first.
test_mode-verification = { $root } is in test mode, in which nothing is approved for it.
domain_in_test_mode-approval = { $root } is in test mode. Nothing is approved for it until that is off.
too_many-domains = One application is for at most { $max } domains.
unknown_domain-verification = The client has no domain { $roots }.
verification_pending = Another application of this client is waiting for its decision.
verification_decided = This application was decided or withdrawn: it no longer waits.
verification_changed = The application, or what people are shown of the client, has changed meanwhile. Read it again, then decide.
verification_not_approved = Only an approval in force can be revoked.
unknown_item = The application has no such scope on such a domain.
repeated-item = An earlier item decides this already.
incomplete = Decide about { $scope } on { $root } too.
taken_back_by_operator = Taken back by the operator.
review_name = The name was changed from “{ $old }” to “{ $new }”.
review_logo_removed = The logo was removed.
review_logo_added = A logo was added.
review_logo_changed = The logo was changed.
review_both = { $name } { $logo }
# Decisions of the staff
required-reason = Say why: the reason is audited, and those it concerns are told.
staff_only = This is for the staff of XWMS.
staff_admin_only = This is for admins of the staff.
conflict_of_interest-client = You belong to this client’s organisation or are invited to it. Somebody else of the staff decides.
conflict_of_interest-own = This is your own account. Somebody else of the staff decides.
conflict_of_interest-payer = A client whose organisation you belong to rests on this account. Somebody else of the staff decides.
# The scope catalog
name_taken = There is a scope { $name } already.
character-scope = Give lower-case letters, digits and - _ . : only.
# Plans
malformed-account = Give the sub of an account.
not_a_number = Give the number of an account.
required-account = Say whose plan it is: by email or by sub, not by both.
# Queries
malformed-scope = Give names of scopes, joined by a space.
malformed-address = Give one address, such as 192.0.2.1 or 2001:db8::1.
malformed-client = Give the id of a client.
malformed-day = Give a day, such as 2026-01-31.
range-before_from = Give a day that is not before from.
range-days = Give at most { $max } days.
# Leaks
too_many-credentials = Report at most { $max } credentials at a time.
