-- CreateTable
CREATE TABLE "practice" (
    "id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "zone" TEXT NOT NULL,
    "settings" JSONB NOT NULL,
    "settings_version" INTEGER NOT NULL DEFAULT 1,
    "paused" BOOLEAN NOT NULL DEFAULT false,
    "demo_shift_ms" BIGINT,
    "updated_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP,

    CONSTRAINT "practice_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "location" (
    "id" TEXT NOT NULL,
    "practice_id" TEXT NOT NULL,
    "external" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "spoken_name" TEXT NOT NULL,
    "zone" TEXT NOT NULL,
    "state" TEXT NOT NULL,
    "caller_id" TEXT NOT NULL,
    "voice_id" TEXT NOT NULL,
    "call_window" JSONB NOT NULL,
    "facts" JSONB NOT NULL,

    CONSTRAINT "location_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "provider" (
    "id" TEXT NOT NULL,
    "practice_id" TEXT NOT NULL,
    "external" TEXT NOT NULL,
    "spoken_name" TEXT NOT NULL,

    CONSTRAINT "provider_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "visit_type" (
    "id" TEXT NOT NULL,
    "practice_id" TEXT NOT NULL,
    "code" TEXT NOT NULL,
    "spoken_name" TEXT NOT NULL,
    "minutes" INTEGER NOT NULL,
    "min_notice_ms" BIGINT NOT NULL,

    CONSTRAINT "visit_type_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "patient" (
    "id" TEXT NOT NULL,
    "external" TEXT NOT NULL,
    "given_name" TEXT NOT NULL,
    "family_name" TEXT NOT NULL,
    "birth_date" TEXT,
    "raw_phone" TEXT,
    "language" TEXT,
    "deceased" BOOLEAN NOT NULL DEFAULT false,
    "state" TEXT,
    "updated_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "patient_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "phone" (
    "e164" TEXT NOT NULL,
    "kind" TEXT,
    "verified_at" TIMESTAMPTZ(3),

    CONSTRAINT "phone_pkey" PRIMARY KEY ("e164")
);

-- CreateTable
CREATE TABLE "patient_phone" (
    "patient_id" TEXT NOT NULL,
    "phone" TEXT NOT NULL,
    "relation" TEXT NOT NULL DEFAULT 'self',
    "status" TEXT NOT NULL DEFAULT 'active',

    CONSTRAINT "patient_phone_pkey" PRIMARY KEY ("patient_id", "phone")
);

-- CreateTable
CREATE TABLE "authorised_contact" (
    "id" TEXT NOT NULL,
    "patient_id" TEXT NOT NULL,
    "name" TEXT NOT NULL,
    "relation" TEXT NOT NULL,

    CONSTRAINT "authorised_contact_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "consent" (
    "id" TEXT NOT NULL,
    "patient_external" TEXT NOT NULL,
    "patient_id" TEXT,
    "kind" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "evidence" TEXT,
    "granted_at" TIMESTAMPTZ(3) NOT NULL,
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "consent_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "suppression" (
    "id" TEXT NOT NULL,
    "phone" TEXT,
    "patient_id" TEXT,
    "patient_external" TEXT,
    "reason" TEXT NOT NULL,
    "attempt_id" TEXT,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "suppression_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "appointment" (
    "id" TEXT NOT NULL,
    "external" TEXT NOT NULL,
    "version" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "participation" TEXT NOT NULL,
    "patient_id" TEXT NOT NULL,
    "location_id" TEXT NOT NULL,
    "provider_id" TEXT,
    "visit_type_id" TEXT,
    "slots" TEXT[],
    "start_at" TIMESTAMPTZ(3) NOT NULL,
    "end_at" TIMESTAMPTZ(3) NOT NULL,
    "seen_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "appointment_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "slot" (
    "id" TEXT NOT NULL,
    "external" TEXT NOT NULL,
    "location_id" TEXT,
    "provider_id" TEXT,
    "visit_type_id" TEXT,
    "spoken_provider" TEXT NOT NULL DEFAULT '',
    "start_at" TIMESTAMPTZ(3) NOT NULL,
    "end_at" TIMESTAMPTZ(3) NOT NULL,
    "state" TEXT NOT NULL,
    "because" TEXT,
    "freed_at" TIMESTAMPTZ(3),
    "cool_until" TIMESTAMPTZ(3),
    "freed_by" TEXT,
    "run_id" TEXT,
    "chain_depth" INTEGER NOT NULL DEFAULT 0,
    "fence" INTEGER NOT NULL DEFAULT 0,
    "filled_by_offer_id" TEXT,

    CONSTRAINT "slot_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "waitlist_entry" (
    "id" TEXT NOT NULL,
    "patient_external" TEXT NOT NULL,
    "patient_id" TEXT,
    "locations" TEXT[],
    "visit_type_id" TEXT NOT NULL,
    "provider_id" TEXT,
    "available" JSONB NOT NULL,
    "priority" INTEGER NOT NULL DEFAULT 0,
    "joined_at" TIMESTAMPTZ(3) NOT NULL,
    "min_notice_ms" BIGINT NOT NULL,
    "holds_external" TEXT,
    "state" TEXT NOT NULL DEFAULT 'active',
    "boost" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "waitlist_entry_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "offer" (
    "id" TEXT NOT NULL,
    "slot_id" TEXT NOT NULL,
    "waitlist_entry_id" TEXT NOT NULL,
    "fence" INTEGER NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'open',
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "offer_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "campaign_run" (
    "id" TEXT NOT NULL,
    "practice_id" TEXT NOT NULL,
    "local_date" TEXT NOT NULL,
    "planned_at" TIMESTAMPTZ(3) NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'running',
    "ended_at" TIMESTAMPTZ(3),

    CONSTRAINT "campaign_run_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "contact" (
    "id" TEXT NOT NULL,
    "run_id" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "purpose" TEXT NOT NULL,
    "phone" TEXT,
    "location_id" TEXT,
    "caller_id" TEXT,
    "zones" TEXT[],
    "state" TEXT NOT NULL,
    "because" TEXT,
    "not_before" TIMESTAMPTZ(3),
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "offer_id" TEXT,
    "tries" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "contact_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "contact_patient" (
    "contact_id" TEXT NOT NULL,
    "patient_id" TEXT NOT NULL,

    CONSTRAINT "contact_patient_pkey" PRIMARY KEY ("contact_id", "patient_id")
);

-- CreateTable
CREATE TABLE "contact_appointment" (
    "contact_id" TEXT NOT NULL,
    "appointment_id" TEXT NOT NULL,

    CONSTRAINT "contact_appointment_pkey" PRIMARY KEY ("contact_id", "appointment_id")
);

-- CreateTable
CREATE TABLE "call_attempt" (
    "id" TEXT NOT NULL,
    "contact_id" TEXT NOT NULL,
    "phone" TEXT NOT NULL,
    "caller_id" TEXT NOT NULL,
    "status" TEXT NOT NULL,
    "progress" TEXT,
    "sid" TEXT,
    "answered_by" TEXT,
    "disposition" TEXT,
    "stream_token" TEXT NOT NULL,
    "claimed_at" TIMESTAMPTZ(3) NOT NULL,
    "placed_at" TIMESTAMPTZ(3),
    "answered_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),
    "recording_ms" INTEGER,
    "result" JSONB,
    "applied_at" TIMESTAMPTZ(3),

    CONSTRAINT "call_attempt_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "call_event" (
    "attempt_id" TEXT NOT NULL,
    "seq" INTEGER NOT NULL,
    "at_ms" DOUBLE PRECISION NOT NULL,
    "kind" TEXT NOT NULL,
    "event" JSONB NOT NULL,

    CONSTRAINT "call_event_pkey" PRIMARY KEY ("attempt_id", "seq")
);

-- CreateTable
CREATE TABLE "line_lease" (
    "attempt_id" TEXT NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "line_lease_pkey" PRIMARY KEY ("attempt_id")
);

-- CreateTable
CREATE TABLE "policy_decision" (
    "id" TEXT NOT NULL,
    "contact_id" TEXT NOT NULL,
    "attempt_id" TEXT,
    "verdict" TEXT NOT NULL,
    "because" TEXT,
    "rules" JSONB NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "policy_decision_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "outcome" (
    "id" TEXT NOT NULL,
    "attempt_id" TEXT NOT NULL,
    "appointment_id" TEXT,
    "offer_id" TEXT,
    "kind" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "outcome_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "write_back" (
    "id" TEXT NOT NULL,
    "key" TEXT NOT NULL,
    "kind" TEXT NOT NULL,
    "lane" TEXT NOT NULL,
    "lane_seq" SERIAL NOT NULL,
    "appointment_id" TEXT,
    "replaces_id" TEXT,
    "offer_id" TEXT,
    "attempt_id" TEXT,
    "run_id" TEXT,
    "fence" INTEGER,
    "command" JSONB NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'pending',
    "code" TEXT,
    "tries" INTEGER NOT NULL DEFAULT 0,
    "result_external" TEXT,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "lease_until" TIMESTAMPTZ(3),
    "settled_at" TIMESTAMPTZ(3),

    CONSTRAINT "write_back_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "outbox" (
    "id" TEXT NOT NULL,
    "job_id" TEXT NOT NULL,
    "queue" TEXT NOT NULL,
    "subject" TEXT NOT NULL,
    "due_at" TIMESTAMPTZ(3) NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "sent_at" TIMESTAMPTZ(3),

    CONSTRAINT "outbox_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "external_change" (
    "id" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "external_id" TEXT NOT NULL,
    "received_at" TIMESTAMPTZ(3) NOT NULL,
    "applied_at" TIMESTAMPTZ(3),

    CONSTRAINT "external_change_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "callback" (
    "id" TEXT NOT NULL,
    "run_id" TEXT,
    "attempt_id" TEXT,
    "patient_id" TEXT,
    "appointment_id" TEXT,
    "reason" TEXT NOT NULL,
    "quote" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'open',
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "closed_at" TIMESTAMPTZ(3),

    CONSTRAINT "callback_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "promise" (
    "id" TEXT NOT NULL,
    "attempt_id" TEXT NOT NULL,
    "write_back_id" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'open',
    "made_at" TIMESTAMPTZ(3) NOT NULL,
    "closed_at" TIMESTAMPTZ(3),

    CONSTRAINT "promise_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "review" (
    "id" TEXT NOT NULL,
    "attempt_id" TEXT NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'pending',
    "verdict" TEXT,
    "reviewed_at" TIMESTAMPTZ(3),

    CONSTRAINT "review_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "audit_event" (
    "id" TEXT NOT NULL,
    "actor" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "subject" TEXT,
    "reason" TEXT,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "audit_event_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "quarantined_row" (
    "id" TEXT NOT NULL,
    "source" TEXT NOT NULL,
    "line" INTEGER,
    "external" TEXT,
    "field" TEXT NOT NULL,
    "reason" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "quarantined_row_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "location_external_key" ON "location"("external");

-- CreateIndex
CREATE UNIQUE INDEX "provider_external_key" ON "provider"("external");

-- CreateIndex
CREATE UNIQUE INDEX "visit_type_practice_id_code_key" ON "visit_type"("practice_id", "code");

-- CreateIndex
CREATE UNIQUE INDEX "patient_external_key" ON "patient"("external");

-- CreateIndex
CREATE INDEX "patient_phone_phone_idx" ON "patient_phone"("phone");

-- CreateIndex
CREATE UNIQUE INDEX "consent_patient_external_kind_granted_at_key" ON "consent"("patient_external", "kind", "granted_at");

-- CreateIndex
CREATE INDEX "consent_patient_id_idx" ON "consent"("patient_id");

-- CreateIndex
CREATE INDEX "suppression_phone_idx" ON "suppression"("phone");

-- CreateIndex
CREATE INDEX "suppression_patient_id_idx" ON "suppression"("patient_id");

-- CreateIndex
CREATE UNIQUE INDEX "appointment_external_key" ON "appointment"("external");

-- CreateIndex
CREATE INDEX "appointment_start_at_idx" ON "appointment"("start_at");

-- CreateIndex
CREATE INDEX "appointment_patient_id_idx" ON "appointment"("patient_id");

-- CreateIndex
CREATE UNIQUE INDEX "slot_external_key" ON "slot"("external");

-- CreateIndex
CREATE UNIQUE INDEX "slot_filled_once" ON "slot"("filled_by_offer_id");

-- CreateIndex
CREATE INDEX "slot_state_idx" ON "slot"("state");

-- CreateIndex
CREATE INDEX "waitlist_entry_state_idx" ON "waitlist_entry"("state");

-- CreateIndex
CREATE INDEX "offer_slot_id_idx" ON "offer"("slot_id");

-- CreateIndex
CREATE UNIQUE INDEX "campaign_run_practice_id_local_date_key" ON "campaign_run"("practice_id", "local_date");

-- CreateIndex
CREATE UNIQUE INDEX "contact_run_id_key_key" ON "contact"("run_id", "key");

-- CreateIndex
CREATE INDEX "contact_state_idx" ON "contact"("state");

-- CreateIndex
CREATE UNIQUE INDEX "call_attempt_sid_key" ON "call_attempt"("sid");

-- CreateIndex
CREATE INDEX "call_attempt_contact_id_idx" ON "call_attempt"("contact_id");

-- CreateIndex
CREATE INDEX "call_attempt_phone_claimed_at_idx" ON "call_attempt"("phone", "claimed_at");

-- CreateIndex
CREATE INDEX "line_lease_expires_at_idx" ON "line_lease"("expires_at");

-- CreateIndex
CREATE INDEX "policy_decision_contact_id_idx" ON "policy_decision"("contact_id");

-- CreateIndex
CREATE INDEX "outcome_attempt_id_idx" ON "outcome"("attempt_id");

-- CreateIndex
CREATE UNIQUE INDEX "write_back_key_key" ON "write_back"("key");

-- CreateIndex
CREATE INDEX "write_back_state_idx" ON "write_back"("state");

-- CreateIndex
CREATE INDEX "write_back_lane_lane_seq_idx" ON "write_back"("lane", "lane_seq");

-- CreateIndex
CREATE UNIQUE INDEX "outbox_job_id_key" ON "outbox"("job_id");

-- CreateIndex
CREATE UNIQUE INDEX "external_change_source_external_id_key" ON "external_change"("source", "external_id");

-- CreateIndex
CREATE INDEX "callback_state_idx" ON "callback"("state");

-- CreateIndex
CREATE UNIQUE INDEX "promise_write_back_id_key" ON "promise"("write_back_id");

-- CreateIndex
CREATE UNIQUE INDEX "quarantined_row_source_line_external_field_reason_key" ON "quarantined_row"("source", "line", "external", "field", "reason");

-- AddForeignKey
ALTER TABLE "location" ADD CONSTRAINT "location_practice_id_fkey" FOREIGN KEY ("practice_id") REFERENCES "practice"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "provider" ADD CONSTRAINT "provider_practice_id_fkey" FOREIGN KEY ("practice_id") REFERENCES "practice"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "visit_type" ADD CONSTRAINT "visit_type_practice_id_fkey" FOREIGN KEY ("practice_id") REFERENCES "practice"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "patient_phone" ADD CONSTRAINT "patient_phone_patient_id_fkey" FOREIGN KEY ("patient_id") REFERENCES "patient"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "patient_phone" ADD CONSTRAINT "patient_phone_phone_fkey" FOREIGN KEY ("phone") REFERENCES "phone"("e164") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "authorised_contact" ADD CONSTRAINT "authorised_contact_patient_id_fkey" FOREIGN KEY ("patient_id") REFERENCES "patient"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "consent" ADD CONSTRAINT "consent_patient_id_fkey" FOREIGN KEY ("patient_id") REFERENCES "patient"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "appointment" ADD CONSTRAINT "appointment_patient_id_fkey" FOREIGN KEY ("patient_id") REFERENCES "patient"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "appointment" ADD CONSTRAINT "appointment_location_id_fkey" FOREIGN KEY ("location_id") REFERENCES "location"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "slot" ADD CONSTRAINT "slot_location_id_fkey" FOREIGN KEY ("location_id") REFERENCES "location"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "waitlist_entry" ADD CONSTRAINT "waitlist_entry_patient_id_fkey" FOREIGN KEY ("patient_id") REFERENCES "patient"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "offer" ADD CONSTRAINT "offer_slot_id_fkey" FOREIGN KEY ("slot_id") REFERENCES "slot"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "offer" ADD CONSTRAINT "offer_waitlist_entry_id_fkey" FOREIGN KEY ("waitlist_entry_id") REFERENCES "waitlist_entry"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "campaign_run" ADD CONSTRAINT "campaign_run_practice_id_fkey" FOREIGN KEY ("practice_id") REFERENCES "practice"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "contact" ADD CONSTRAINT "contact_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "campaign_run"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "contact" ADD CONSTRAINT "contact_location_id_fkey" FOREIGN KEY ("location_id") REFERENCES "location"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "contact" ADD CONSTRAINT "contact_offer_id_fkey" FOREIGN KEY ("offer_id") REFERENCES "offer"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "contact_patient" ADD CONSTRAINT "contact_patient_contact_id_fkey" FOREIGN KEY ("contact_id") REFERENCES "contact"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "contact_appointment" ADD CONSTRAINT "contact_appointment_contact_id_fkey" FOREIGN KEY ("contact_id") REFERENCES "contact"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "contact_appointment" ADD CONSTRAINT "contact_appointment_appointment_id_fkey" FOREIGN KEY ("appointment_id") REFERENCES "appointment"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "call_attempt" ADD CONSTRAINT "call_attempt_contact_id_fkey" FOREIGN KEY ("contact_id") REFERENCES "contact"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "call_event" ADD CONSTRAINT "call_event_attempt_id_fkey" FOREIGN KEY ("attempt_id") REFERENCES "call_attempt"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "line_lease" ADD CONSTRAINT "line_lease_attempt_id_fkey" FOREIGN KEY ("attempt_id") REFERENCES "call_attempt"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "policy_decision" ADD CONSTRAINT "policy_decision_contact_id_fkey" FOREIGN KEY ("contact_id") REFERENCES "contact"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "outcome" ADD CONSTRAINT "outcome_attempt_id_fkey" FOREIGN KEY ("attempt_id") REFERENCES "call_attempt"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "outcome" ADD CONSTRAINT "outcome_appointment_id_fkey" FOREIGN KEY ("appointment_id") REFERENCES "appointment"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "outcome" ADD CONSTRAINT "outcome_offer_id_fkey" FOREIGN KEY ("offer_id") REFERENCES "offer"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "slot" ADD CONSTRAINT "slot_filled_by_offer_id_fkey" FOREIGN KEY ("filled_by_offer_id") REFERENCES "offer"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "slot" ADD CONSTRAINT "slot_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "campaign_run"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "write_back" ADD CONSTRAINT "write_back_appointment_id_fkey" FOREIGN KEY ("appointment_id") REFERENCES "appointment"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "write_back" ADD CONSTRAINT "write_back_replaces_id_fkey" FOREIGN KEY ("replaces_id") REFERENCES "appointment"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "write_back" ADD CONSTRAINT "write_back_offer_id_fkey" FOREIGN KEY ("offer_id") REFERENCES "offer"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "write_back" ADD CONSTRAINT "write_back_attempt_id_fkey" FOREIGN KEY ("attempt_id") REFERENCES "call_attempt"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "write_back" ADD CONSTRAINT "write_back_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "campaign_run"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "callback" ADD CONSTRAINT "callback_run_id_fkey" FOREIGN KEY ("run_id") REFERENCES "campaign_run"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "callback" ADD CONSTRAINT "callback_attempt_id_fkey" FOREIGN KEY ("attempt_id") REFERENCES "call_attempt"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "callback" ADD CONSTRAINT "callback_patient_id_fkey" FOREIGN KEY ("patient_id") REFERENCES "patient"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "callback" ADD CONSTRAINT "callback_appointment_id_fkey" FOREIGN KEY ("appointment_id") REFERENCES "appointment"("id") ON DELETE SET NULL ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "promise" ADD CONSTRAINT "promise_attempt_id_fkey" FOREIGN KEY ("attempt_id") REFERENCES "call_attempt"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "promise" ADD CONSTRAINT "promise_write_back_id_fkey" FOREIGN KEY ("write_back_id") REFERENCES "write_back"("id") ON DELETE RESTRICT ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "review" ADD CONSTRAINT "review_attempt_id_fkey" FOREIGN KEY ("attempt_id") REFERENCES "call_attempt"("id") ON DELETE RESTRICT ON UPDATE CASCADE;


-- What Prisma's schema cannot say. Each of these is an invariant of the trade.

-- Never two live calls to one phone.
CREATE UNIQUE INDEX "call_attempt_one_live_per_phone" ON "call_attempt"("phone") WHERE "status" <> 'ended';
-- An attempt ends once, with exactly one disposition; nothing else has one.
ALTER TABLE "call_attempt" ADD CONSTRAINT "call_attempt_ended_has_disposition"
    CHECK (("status" = 'ended') = ("disposition" IS NOT NULL) AND ("status" = 'ended') = ("ended_at" IS NOT NULL));
ALTER TABLE "call_attempt" ADD CONSTRAINT "call_attempt_status"
    CHECK ("status" IN ('intent', 'requested', 'unknown_requested', 'queued', 'ringing', 'answered', 'ended'));

-- Never two people on one slot: one live offer for a slot, one accepted offer for a slot, one open offer for a person.
CREATE UNIQUE INDEX "offer_one_live_per_slot" ON "offer"("slot_id") WHERE "state" IN ('open', 'accepted', 'landed');
CREATE UNIQUE INDEX "offer_one_open_per_entry" ON "offer"("waitlist_entry_id") WHERE "state" IN ('open', 'accepted');
ALTER TABLE "offer" ADD CONSTRAINT "offer_state"
    CHECK ("state" IN ('open', 'accepted', 'landed', 'closed', 'lost_slot', 'declined', 'no_decision', 'unreached', 'expired'));
-- Whoever ended an offer said when.
ALTER TABLE "offer" ADD CONSTRAINT "offer_ended_has_time" CHECK (("state" = 'open') = ("ended_at" IS NULL));
ALTER TABLE "slot" ADD CONSTRAINT "slot_state"
    CHECK ("state" IN ('imported', 'cooling', 'open', 'reserved', 'booked', 'taken_externally', 'past', 'unfilled'));
ALTER TABLE "slot" ADD CONSTRAINT "slot_ends_after_it_starts" CHECK ("end_at" > "start_at");
-- A slot is freed only with the moment at which its cancellation landed.
ALTER TABLE "slot" ADD CONSTRAINT "slot_freed_has_time" CHECK ("state" = 'imported' OR "freed_at" IS NOT NULL);
ALTER TABLE "slot" ADD CONSTRAINT "slot_chain_depth" CHECK ("chain_depth" >= 0);
-- A reservation has its number, and a slot is filled by the offer that was taken.
ALTER TABLE "slot" ADD CONSTRAINT "slot_reserved_has_fence" CHECK ("state" <> 'reserved' OR "fence" > 0);
ALTER TABLE "slot" ADD CONSTRAINT "slot_booked_has_offer" CHECK (("state" = 'booked') = ("filled_by_offer_id" IS NOT NULL));
ALTER TABLE "waitlist_entry" ADD CONSTRAINT "waitlist_entry_state"
    CHECK ("state" IN ('active', 'paused', 'fulfilled', 'expired', 'removed'));

-- A contact that may be dialed has a phone, a location and a caller id; a refused one has its reason.
ALTER TABLE "contact" ADD CONSTRAINT "contact_state"
    CHECK ("state" IN ('queued', 'claimed', 'in_call', 'retry_wait', 'held', 'resolved', 'human', 'suppressed', 'expired', 'stale', 'refused'));
ALTER TABLE "contact" ADD CONSTRAINT "contact_purpose" CHECK ("purpose" IN ('confirm', 'offer', 'callback'));
ALTER TABLE "contact" ADD CONSTRAINT "contact_dialable"
    CHECK ("state" IN ('refused', 'suppressed', 'human') OR ("phone" IS NOT NULL AND "location_id" IS NOT NULL AND "caller_id" IS NOT NULL));
ALTER TABLE "contact" ADD CONSTRAINT "contact_refused_says_why" CHECK ("state" <> 'refused' OR "because" IS NOT NULL);
ALTER TABLE "contact" ADD CONSTRAINT "contact_offer_has_offer" CHECK (("purpose" = 'offer') = ("offer_id" IS NOT NULL));
ALTER TABLE "contact" ADD CONSTRAINT "contact_phone_e164" CHECK ("phone" IS NULL OR "phone" ~ '^\+[1-9][0-9]{6,14}$');

-- An outcome is about an appointment, an offer, or the call as a whole; one for each of them and attempt.
CREATE UNIQUE INDEX "outcome_one_per_appointment" ON "outcome"("attempt_id", "appointment_id") WHERE "appointment_id" IS NOT NULL;
CREATE UNIQUE INDEX "outcome_one_per_offer" ON "outcome"("attempt_id", "offer_id") WHERE "offer_id" IS NOT NULL;
CREATE UNIQUE INDEX "outcome_one_per_call" ON "outcome"("attempt_id") WHERE "appointment_id" IS NULL AND "offer_id" IS NULL;
ALTER TABLE "outcome" ADD CONSTRAINT "outcome_about_one_thing" CHECK ("appointment_id" IS NULL OR "offer_id" IS NULL);
-- What one attempt decided is applied after its end, and once.
ALTER TABLE "call_attempt" ADD CONSTRAINT "call_attempt_applied_after_end" CHECK ("applied_at" IS NULL OR "status" = 'ended');

ALTER TABLE "write_back" ADD CONSTRAINT "write_back_kind" CHECK ("kind" IN ('confirm', 'cancel', 'book'));
ALTER TABLE "write_back" ADD CONSTRAINT "write_back_state"
    CHECK ("state" IN ('pending', 'sending', 'accepted', 'landed', 'superseded', 'retry_wait', 'unknown', 'dead'));
-- A booking for an offer is sent under the fence of its reservation, and once.
ALTER TABLE "write_back" ADD CONSTRAINT "write_back_offer_has_fence" CHECK ("offer_id" IS NULL OR "kind" <> 'book' OR "fence" IS NOT NULL);
CREATE UNIQUE INDEX "write_back_one_booking_per_offer" ON "write_back"("offer_id") WHERE "kind" = 'book' AND "offer_id" IS NOT NULL;
ALTER TABLE "write_back" ADD CONSTRAINT "write_back_landed_has_time" CHECK ("state" NOT IN ('landed', 'superseded', 'dead') OR "settled_at" IS NOT NULL);

ALTER TABLE "consent" ADD CONSTRAINT "consent_revoked_after_granted" CHECK ("revoked_at" IS NULL OR "revoked_at" >= "granted_at");
ALTER TABLE "suppression" ADD CONSTRAINT "suppression_names_somebody"
    CHECK ("phone" IS NOT NULL OR "patient_id" IS NOT NULL OR "patient_external" IS NOT NULL);
ALTER TABLE "appointment" ADD CONSTRAINT "appointment_ends_after_it_starts" CHECK ("end_at" > "start_at");
ALTER TABLE "callback" ADD CONSTRAINT "callback_state" CHECK ("state" IN ('open', 'owned', 'snoozed', 'done'));
ALTER TABLE "promise" ADD CONSTRAINT "promise_state" CHECK ("state" IN ('open', 'kept', 'broken'));
ALTER TABLE "promise" ADD CONSTRAINT "promise_closed_has_time" CHECK (("state" = 'open') = ("closed_at" IS NULL));
ALTER TABLE "patient_phone" ADD CONSTRAINT "patient_phone_status" CHECK ("status" IN ('active', 'wrong_number'));
ALTER TABLE "outbox" ADD CONSTRAINT "outbox_queue" CHECK ("queue" IN ('call', 'outcome', 'fill', 'writeback'));

-- The log of a call only grows.
CREATE FUNCTION "call_event_is_append_only"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'call_event is append-only';
END $$;
CREATE TRIGGER "call_event_append_only" BEFORE UPDATE OR DELETE ON "call_event" FOR EACH ROW EXECUTE FUNCTION "call_event_is_append_only"();

-- The relay reads what is not sent yet.
CREATE INDEX "outbox_unsent" ON "outbox"("due_at") WHERE "sent_at" IS NULL;
