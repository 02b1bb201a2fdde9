/** What the account routes answer: the voices there are, and an account that may use them. */
import type { Voices } from './voices.ts';

/** GET /v1/voices. */
export function voicesAnswer(voices: Voices): object {
  return {
    voices: Object.entries(voices).map(([id, { voice }]) => ({
      voice_id: id,
      name: `Emulated ${id}`,
      category: 'premade',
      labels: { engine: 'flite', voice },
      description: 'A synthetic voice that runs on this machine.',
    })),
  };
}

/** GET /v1/user. */
export function userAnswer(charactersUsed: number): object {
  return {
    user_id: 'emulated-user',
    workspace_id: 'emulated-workspace',
    is_new_user: false,
    can_use_delayed_payment_methods: false,
    is_onboarding_completed: true,
    is_onboarding_checklist_completed: true,
    created_at: 1_760_000_000,
    seat_type: 'workspace_admin',
    subscription: {
      tier: 'creator',
      character_count: charactersUsed,
      character_limit: 1_000_000,
      max_credit_limit_extension: 0,
      can_extend_character_limit: false,
      allowed_to_extend_character_limit: false,
      voice_slots_used: 0,
      professional_voice_slots_used: 0,
      professional_voice_slots_used_in_workspace: 0,
      voice_limit: 30,
      voice_add_edit_counter: 0,
      professional_voice_limit: 1,
      can_extend_voice_limit: false,
      can_use_instant_voice_cloning: true,
      can_use_professional_voice_cloning: true,
      current_overage: { amount: '0', currency: 'usd' },
      status: 'active',
    },
  };
}
