"""The guide's scenario, told in the guide's order, by a client that knows the protos alone."""

from comptepartenaire.account.v1 import account_pb2, account_service_pb2
from comptepartenaire.habilitation.v1 import habilitation_pb2, habilitation_service_pb2
from comptepartenaire.recovery.v1 import recovery_service_pb2
from comptepartenaire.session.v1 import session_pb2, session_service_pb2
from comptepartenaire.type.v1 import type_pb2

from portal import Client, Refused, for_caf, for_no_one, for_person, request_id
from service import Service, provisional_password

CHOSEN = "trois girafes lisent Verlaine au port"
CHOSEN_NEXT = "quatre hérissons peignent la falaise"


class Story:
    """One service, its clients, and who has signed in so far."""

    def __init__(self, service):
        self.service = service
        self.demo = service.demo
        self.client = Client(self.demo["listen"])
        self.administrator = None

    def sign_in(self, identifier, password):
        request = session_service_pb2.SignInRequest(identifier=identifier, password=password)
        return self.client.sessions.SignIn(request, **for_no_one())

    def choose_password(self, opened, current, new):
        request = session_service_pb2.ChangePasswordRequest(current_password=current, new_password=new)
        changed = self.client.sessions.ChangePassword(request, **for_person(opened.session_token))
        return changed.session_token

    def the_administrator_can_do_nothing_before_changing_the_provisional_password(self):
        administrator = self.demo["les_oliviers"]["administrator"]
        mail = self.service.credentials_to(administrator["email"], 1)[0]
        assert administrator["identifier"] in mail and administrator["user_number"] in mail
        password = provisional_password(mail)
        opened = self.sign_in(administrator["identifier"], password)
        assert opened.session.next_step == session_pb2.NEXT_STEP_CHANGE_PASSWORD
        with Refused("SIGN_IN_INCOMPLETE"):
            self.client.accounts.ListAccounts(
                account_service_pb2.ListAccountsRequest(), **for_person(opened.session_token)
            )
        self.administrator = self.choose_password(opened, password, CHOSEN)

    def the_form_is_refused_with_everything_that_is_wrong(self):
        request = account_service_pb2.CreateAccountRequest(
            agreement_id=self.demo["les_oliviers"]["agreement_id"],
            group_ids=[self.demo["les_oliviers"]["groups"][0]["group_id"]],
            account=account_pb2.NewAccount(
                given_name="Luc",
                email="luc.bernard@les-oliviers.example",
                email_confirmation="luc@les-oliviers.example",
                opening_date=type_pb2.Date(year=2026, month=2, day=30),
            ),
            request_id=request_id(),
        )
        with Refused("FIELD_INVALID") as refused:
            self.client.accounts.CreateAccount(request, **for_person(self.administrator))
        wrong = {"account.family_name", "account.email_confirmation", "account.opening_date"}
        assert set(refused.violations) == wrong, refused.violations

    def create(self, actor, family_name, address, group):
        request = account_service_pb2.CreateAccountRequest(
            agreement_id=self.demo["les_oliviers"]["agreement_id"],
            group_ids=[group["group_id"]],
            account=account_pb2.NewAccount(
                family_name=family_name,
                given_name="Luc",
                email=address,
                email_confirmation=address,
                phone="05 56 00 00 02",
                phone_confirmation="0556000002",
                work_mode=account_pb2.WORK_MODE_SEDENTARY,
            ),
            request_id=request_id(),
        )
        return self.client.accounts.CreateAccount(request, **for_person(actor))

    def a_new_user_receives_identifier_and_provisional_password_at_once(self):
        group = self.demo["les_oliviers"]["groups"][0]
        created = self.create(self.administrator, "BERNARD", "luc.bernard@les-oliviers.example", group)
        mail = self.service.mail(created.delivery_id)
        assert created.account.identifier in mail and created.account.user_number in mail
        password = provisional_password(mail)
        self.user = created.account
        self.user_session = self.choose_password(
            self.sign_in(self.user.identifier, password), password, CHOSEN
        )

    def a_manager_creates_users_in_their_own_groups_alone(self):
        appoint = habilitation_service_pb2.AppointManagerRequest(account_id=self.user.account_id)
        self.client.habilitations.AppointManager(appoint, **for_person(self.administrator))
        with Refused("SESSION_INVALID"):
            self.client.sessions.GetCurrentSession(
                session_service_pb2.GetCurrentSessionRequest(), **for_person(self.user_session)
            )
        manager = self.sign_in(self.user.identifier, CHOSEN).session_token
        own, foreign = self.demo["les_oliviers"]["groups"][:2]
        self.create(manager, "MOREL", "paul.morel@les-oliviers.example", own)
        with Refused("ACTOR_NOT_ALLOWED"):
            self.create(manager, "LEROY", "anne.leroy@les-oliviers.example", foreign)

    def a_check_answers_for_the_groups_held(self):
        own, foreign = self.demo["les_oliviers"]["groups"][:2]
        assert self.check(own).allowed
        assert self.check(foreign).denial == habilitation_pb2.DENIAL_NOT_A_MEMBER

    def check(self, group):
        request = habilitation_service_pb2.CheckHabilitationRequest(
            subject=habilitation_pb2.Subject(account_id=self.user.account_id),
            service_code="OFFRE_BAILLEURS",
            target=habilitation_pb2.Target(group_id=group["group_id"]),
        )
        return self.client.habilitations.CheckHabilitation(request, **for_no_one()).decision

    def a_forgotten_password_stays_good_until_it_is_changed(self):
        address = self.user.email
        request = recovery_service_pb2.RecoverPasswordRequest(email=address)
        self.client.recoveries.RecoverPassword(request, **for_no_one())
        first, second = self.service.credentials_to(address, 2)
        self.sign_in(self.user.identifier, CHOSEN)
        password = provisional_password(second)
        assert password != provisional_password(first)
        self.choose_password(self.sign_in(self.user.identifier, password), password, CHOSEN_NEXT)
        with Refused("SIGN_IN_REFUSED"):
            self.sign_in(self.user.identifier, CHOSEN)

    def a_lost_identifier_comes_by_letter(self):
        durand = self.demo["durand"]["administrator"]
        request = recovery_service_pb2.RecoverIdentifierRequest(user_number=durand["user_number"])
        self.client.recoveries.RecoverIdentifier(request, **for_no_one())
        letter = self.service.letter(durand["user_number"])
        assert durand["identifier"] in letter
        opened = self.sign_in(durand["identifier"], provisional_password(letter))
        assert opened.session.next_step == session_pb2.NEXT_STEP_CHANGE_PASSWORD

    def someone_never_connected_is_guided_to_the_lost_identifier(self):
        address = self.demo["petit"]["administrator"]["email"]
        request = recovery_service_pb2.RecoverPasswordRequest(email=address)
        self.client.recoveries.RecoverPassword(request, **for_no_one())
        guidance = self.service.mails_to(address, 1)[0]
        assert "Identifiant perdu" in guidance

    def only_the_caf_replaces_an_administrator(self):
        request = habilitation_service_pb2.ReplaceAdministratorRequest(
            partner_id=self.demo["les_oliviers"]["partner_id"],
            successor_account_id=self.user.account_id,
            former=habilitation_service_pb2.ReplaceAdministratorRequest.FORMER_CLOSED,
            request_id=request_id(),
        )
        with Refused("CALLER_NOT_ALLOWED"):
            self.client.habilitations.ReplaceAdministrator(request, **for_person(self.administrator))
        replaced = self.client.habilitations.ReplaceAdministrator(request, **for_caf())
        assert replaced.administrator.account_id == self.user.account_id
        assert replaced.administrator.role == account_pb2.ROLE_ADMINISTRATOR
        assert replaced.former.state == account_pb2.Account.STATE_CLOSED
        assert all(self.check(group).allowed for group in self.demo["les_oliviers"]["groups"])


def main():
    chapters = [
        Story.the_administrator_can_do_nothing_before_changing_the_provisional_password,
        Story.the_form_is_refused_with_everything_that_is_wrong,
        Story.a_new_user_receives_identifier_and_provisional_password_at_once,
        Story.a_manager_creates_users_in_their_own_groups_alone,
        Story.a_check_answers_for_the_groups_held,
        Story.a_forgotten_password_stays_good_until_it_is_changed,
        Story.a_lost_identifier_comes_by_letter,
        Story.someone_never_connected_is_guided_to_the_lost_identifier,
        Story.only_the_caf_replaces_an_administrator,
    ]
    with Service() as service:
        story = Story(service)
        for chapter in chapters:
            chapter(story)
            print(f"ok: {chapter.__name__.replace('_', ' ')}", flush=True)
    print(f"{len(chapters)} passed, 0 failed")


if __name__ == "__main__":
    main()
