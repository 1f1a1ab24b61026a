# Mails, a paragraph a message; links stand between them.
mail_verify-subject = Bestätigen Sie Ihre E-Mail-Adresse
mail_verify-welcome = Willkommen bei XWMS.
mail_verify-confirm = Bestätigen Sie, dass dies Ihre Adresse ist:
mail_verify-once = Der Link funktioniert einmal und nur kurze Zeit. Wenn Sie kein Konto angefordert haben, tun Sie nichts: Es bleibt unbestätigt.
mail_known-subject = Sie haben schon ein XWMS-Konto
mail_known-asked = Jemand, wahrscheinlich Sie, hat ein XWMS-Konto mit dieser Adresse angefordert. Sie haben schon eines.
mail_known-sign_in = Melden Sie sich an:
mail_known-forgot = Passwort vergessen? Legen Sie ein neues fest:
mail_known-nothing = Wenn Sie es nicht waren, tun Sie nichts: Es hat sich nichts geändert.
mail_reset-subject = Legen Sie ein neues Passwort fest
mail_reset-set = Legen Sie ein neues Passwort für Ihr XWMS-Konto fest:
mail_reset-once = Der Link funktioniert einmal und nur kurze Zeit. Wenn Sie ihn nicht angefordert haben, tun Sie nichts: Ihr Passwort bleibt, wie es ist.
mail_password-subject = Ihr Passwort wurde geändert
mail_password-changed = Das Passwort Ihres XWMS-Kontos wurde soeben geändert, und jedes andere Gerät wurde abgemeldet.
mail_password-forgot = Wenn Sie es nicht waren, legen Sie jetzt ein neues fest:
mail_reuse-subject = Eine Verbindung mit Ihrem Konto wurde beendet
mail_reuse-ended = { $client } war mit Ihrem XWMS-Konto über ein Token verbunden, das ein zweites Mal verwendet wurde. Es könnte kopiert worden sein, daher hat XWMS diese Verbindung beendet. Melden Sie sich dort erneut an, um fortzufahren.
mail_reuse-forgot = Wenn Sie befürchten, dass jemand anderes Ihr Konto verwendet, legen Sie ein neues Passwort fest:
mail_partner-subject = Neues zu { $client } auf XWMS
mail_partner-because = Sie erhalten diese E-Mail, weil Sie { $client } auf XWMS verwalten.
mail_partner-reuse = Ein Refresh-Token eines Ihrer Benutzer wurde ein zweites Mal verwendet. Es könnte kopiert worden sein, daher hat XWMS diese Anmeldung mit allen Tokens beendet; der Benutzer meldet sich erneut an, um fortzufahren. Wenn Ihre Server es selbst waren, lassen Sie sie jedes neue Refresh-Token speichern, bevor sie es verwenden, und nur eine fehlgeschlagene Anfrage wiederholen.
mail_factor-subject = Ihre Anmeldung wurde geändert
mail_factor-app_added = Ihrem XWMS-Konto wurde soeben eine Authenticator-App hinzugefügt.
mail_factor-app_removed = Die Authenticator-App Ihres XWMS-Kontos wurde soeben entfernt.
mail_factor-codes = Für Ihr XWMS-Konto wurden soeben neue Wiederherstellungscodes erstellt. Die alten gelten nicht mehr.
mail_factor-ended = Jedes andere Gerät wurde abgemeldet.
mail_recovery-subject = Ein Wiederherstellungscode wurde verwendet
mail_recovery-used = Jemand hat sich mit Ihrem Passwort und einem Wiederherstellungscode bei Ihrem XWMS-Konto angemeldet. { $left ->
    [0] Es ist kein Code mehr übrig: Erstellen Sie neue.
    [one] Ein Code ist übrig.
   *[other] { $left } Codes sind übrig.
 }
mail_factor-passkey_added = Ihrem XWMS-Konto wurde soeben ein Passkey hinzugefügt.
mail_factor-passkey_removed = Ein Passkey Ihres XWMS-Kontos wurde soeben gelöscht.
