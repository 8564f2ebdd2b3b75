// Who is signed in.

const ranks = { viewer: 1, operator: 2, admin: 3 };
export const session = { user: null, role: null };

/** Whether the page offers what takes that role; the box itself checks it again. */
export const can = role => ranks[session.role] >= ranks[role];

export function begin({ username, role }) {
  session.user = username;
  session.role = role;
}

export function end() {
  session.user = session.role = null;
}
