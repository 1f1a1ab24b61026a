# Mails, a paragraph a message; links stand between them.
mail_verify-subject = Confirm your email address
mail_verify-welcome = Welcome to XWMS.
mail_verify-confirm = Confirm that this is your address:
mail_verify-once = The link works once, and only for a short time. If you did not ask for an account, do nothing: it stays unconfirmed.
mail_known-subject = You already have an XWMS account
mail_known-asked = Somebody, probably you, asked for an XWMS account with this address. You have one already.
mail_known-sign_in = Sign in:
mail_known-forgot = Forgot the password? Set a new one:
mail_known-nothing = If it was not you, do nothing: nothing has changed.
mail_reset-subject = Set a new password
mail_reset-set = Set a new password for your XWMS account:
mail_reset-once = The link works once, and only for a short time. If you did not ask for it, do nothing: your password stays as it is.
mail_password-subject = Your password was changed
mail_password-changed = The password of your XWMS account was just changed, and every other device was signed out.
mail_password-forgot = If it was not you, set a new one now:
mail_reuse-subject = A connection to your account was ended
mail_reuse-ended = { $client } was connected to your XWMS account with a token that was used a second time. It may have been copied, so XWMS ended that connection. Log in there again to go on.
mail_reuse-forgot = If you fear that somebody else uses your account, set a new password:
mail_partner-subject = News about { $client } on XWMS
mail_partner-because = You get this mail because you manage { $client } on XWMS.
mail_partner-reuse = A refresh token of one of your users was used a second time. It may have been copied, so XWMS ended that login with all its tokens; the user logs in again to go on. If your servers did it themselves, let them store each new refresh token before they use it, and repeat only a request that failed.
mail_factor-subject = How you sign in was changed
mail_factor-app_added = An authenticator app was just added to your XWMS account.
mail_factor-app_removed = The authenticator app of your XWMS account was just removed.
mail_factor-codes = New recovery codes were just made for your XWMS account. The old ones work no more.
mail_factor-ended = Every other device was signed out.
mail_recovery-subject = A recovery code was used
mail_recovery-used = Somebody signed in to your XWMS account with your password and a recovery code. { $left ->
    [0] No code is left: make new ones.
    [one] One code is left.
   *[other] { $left } codes are left.
 }
mail_factor-passkey_added = A passkey was just added to your XWMS account.
mail_factor-passkey_removed = A passkey of your XWMS account was just deleted.
