# What stands around every page, and words that many pages share.
shell_skip = Zum Inhalt
shell_nav-top = Hauptmenü
shell_nav-client = Client
shell_nav-account = Konto
shell_nav-staff = Team
shell_menu = Menü
shell_unread = ungelesen
shell_log_out = Abmelden
shell_all_clients = Alle Clients
shell_copy = Kopieren
shell_create = Erstellen
shell_save = Speichern
shell_delete = Löschen
shell_cancel = Abbrechen
shell_rotate = Erneuern
shell_switch_on = Einschalten
shell_switch_off = Ausschalten
shell_status = Status
shell_id = ID
shell_never = nie
shell_day = { $day }. { $month ->
    [1] Jan.
    [2] Feb.
    [3] März
    [4] Apr.
    [5] Mai
    [6] Juni
    [7] Juli
    [8] Aug.
    [9] Sept.
    [10] Okt.
    [11] Nov.
   *[12] Dez.
} { $year }
shell_moment = { $day }, { $clock } { $zone }
shell_error = Fehler:
shell_errors = Einige Werte stimmen nicht
shell_pages = Seiten
shell_pages-first = Erste Seite
shell_pages-next = Weiter
shell_only_time = Dies wird nur dieses eine Mal angezeigt.
shell_stored = Ich habe es gespeichert
shell_shown_before = Dies wurde bereits erstellt, und der Wert wurde damals angezeigt. Ist er verloren, erneuern oder löschen Sie es.
shell_plan_required = Der Tarif erlaubt dies nicht: Clients gehören zu einem bezahlten Konto.
shell_stale = Jemand anders hat dies inzwischen geändert. Ihre Werte stehen noch in den Feldern, daneben steht der jetzige Stand. Speichern Sie erneut, um Ihre zu behalten.
shell_sent_twice = Dieses Formular wurde schon mit anderen Werten gesendet. Öffnen Sie die Seite erneut, um neu zu beginnen.
shell_too_many = Zu oft. Versuchen Sie es { $wait } erneut.
shell_lacking = Sie können dies ansehen. <b>{ $action }</b> ({ $permission }) gehört nicht zu Ihrer Rolle, <bdi>{ $role }</bdi>. Ein Inhaber kann das ändern.
shell_signed_out-title = Sie wurden abgemeldet
shell_signed_out-text = Es wurde nichts geändert. Hier steht zum Kopieren, was Sie gesendet haben. Melden Sie sich an und senden Sie es erneut.
state_live = Live
state_test_mode = Testmodus
state_read_only = Schreibgeschützt
state_suspended = Gesperrt
state_active = Aktiv
state_off = Aus
state_expired = Abgelaufen
band_test_mode = <b>Testmodus.</b> Nur Mitglieder und angenommene Tester können sich anmelden. Reservierte Scopes stehen ihnen offen. Endet er, wird erneut um Einwilligung gebeten.
band_read_only = <b>Schreibgeschützt.</b> Der Tarif von <bdi>{ $owner }</bdi> umfasst keine Clients mehr. Sie können ausschalten und löschen; alles andere wartet auf einen Tarif.
band_suspended = <b>Gesperrt</b> vom XWMS-Team. Anmeldungen, Tokens und Änderungen sind angehalten.
band_under_review = <b>In Prüfung.</b> Bis der neue Name geprüft ist, wird noch <bdi>{ $name }</bdi> angezeigt.
done_created = Erstellt.
done_saved = Gespeichert.
done_deleted = Gelöscht.
done_on = Eingeschaltet.
done_off = Ausgeschaltet.
done_linked = Verknüpft.
done_unlinked = Getrennt.
done_activated = Aktiviert.
done_deactivated = Deaktiviert.
done_sent = Gesendet. Hier sehen Sie die Antwort.
done_withdrawn = Zurückgezogen.
done_ended = Beendet.
done_invited = Eingeladen. Nach der Annahme werden sie Mitglied.
done_left = Sie haben den Client verlassen.
done_removed = Entfernt.
done_applied = An das Team gesendet. Alles läuft weiter, während es prüft.
done_handed = Die Abrechnung wurde übergeben.
done_looked = Wir haben nachgesehen.
section_my_clients = Meine Clients
section_staff = Team
section_account = Konto
section_integrations = Integrationen
section_overview = Übersicht
section_domains = Domains
section_scopes = Client-Scopes
section_secrets = Client-Secrets
section_users = Benutzer
section_attempts = Versuche
section_check = Prüfen
section_quickstart = Schnellstart
section_verifications = Verifizierungszentrum
section_members = Mitglieder
section_roles = Rollen
section_tokens = API-Tokens
section_audit = Audit-Protokoll
section_settings = Einstellungen
section_account-dashboard = Kontoübersicht
section_account-general = Allgemein
section_account-security = Sicherheit
section_account-sessions = Sitzungen
section_account-tokens = API-Tokens
section_account-plan = Tarif
section_staff-verifications = Verifizierungen
section_staff-users = Benutzer
section_staff-clients = Clients
section_staff-scopes = Scope-Katalog
section_staff-keys = Signaturschlüssel
field_client_name = Name
field_client_name-hint = Das lesen Menschen, wenn sie sich anmelden. Sie können es später ändern.
field_label = Bezeichnung
field_label-hint = Leer: Standard Key
field_expires_at = Ablaufdatum
field_expires_at-secret_hint = Leer: es läuft nicht ab. Ein Tag wie 2030-01-31 oder eine Zeit wie 2030-01-31T12:00 (Zeitzone: { $zone }).
field_overlap_seconds = Der alte funktioniert noch
shell_now = jetzt: { $now }
shell_copied = Kopiert
shell_unsaved = Noch nicht gespeichert
shell_apply = Anwenden
shell_clear = Zurücksetzen
shell_no_match = Nichts passt dazu.
shell_actions = Aktionen
shell_made = Erstellt am
field_from = Von
field_to = Bis
field_domain = Domain
done_deactivated-what = Deaktiviert: { $what }.
done_suspended = Gesperrt.
done_lifted = Die Sperre ist aufgehoben.
done_decided = Entschieden. Der Partner wird benachrichtigt.
done_revoked = Widerrufen. Was damit offenstand, ist wieder zu.
done_rotated = Erneuert.
shell_to_do = noch { $count } zu tun
shell_menu-at = Menü: { $section }
shell_documentation = Dokumentation
shell_support = Hilfe
state_under_review = In Prüfung
band_test_mode-link = Live gehen
band_under_review-link = Antrag ansehen
band_read_only-grace = <b>Nur lesen.</b> Der Tarif von <bdi>{ $owner }</bdi> endete am { $ended }. Anmeldungen gehen bis { $until } weiter. Sie können abschalten und löschen; alles andere wartet auf einen Tarif.
band_read_only-over = <b>Nur lesen.</b> Der Tarif von <bdi>{ $owner }</bdi> endete am { $ended }. Anmeldungen sind gestoppt. Sie können abschalten und löschen; alles andere wartet auf einen Tarif.
band_read_only-plans = Tarife ansehen
band_read_only-hand = Rechnung an einen anderen Inhaber übergeben
band_suspended-since = <b>Gesperrt</b> vom XWMS-Team am { $since }. Anmeldungen, Tokens und Änderungen sind gestoppt.
band_unconfirmed-word = Bestätigen Sie Ihre Adresse
band_unconfirmed = <b>Bestätigen Sie Ihre Adresse.</b> Hier sind Sie angemeldet; andere Websites warten, bis <bdi>{ $email }</bdi> bestätigt ist.
band_unconfirmed-again = Mail noch einmal senden
done_mailed = Die Mail ist unterwegs. Sehen Sie in Ihr Postfach.
shell_saving = Wird gespeichert …
shell_all_none = Alle oder keine
shell_found = gefunden
shell_not_reached = Der Server ist nicht erreichbar. Es wurde nichts geändert.
band_suspended-reason = <b>Gesperrt</b> vom XWMS-Team am { $since }: „<bdi>{ $reason }</bdi>“. Anmeldungen, Tokens und Änderungen sind gestoppt.
state_expires = { $days ->
    [0] Läuft innerhalb eines Tages ab
    [one] Läuft in einem Tag ab
   *[other] Läuft in { $days } Tagen ab
}
state_leaked = Geleakt
shell_changed_by = Geändert von
shell_logins_30 = Anmeldungen in 30 Tagen
