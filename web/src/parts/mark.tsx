/** The mark of the program: a wheel's track that comes to a place. */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="8" />
      <path d="M7 22c3.5 0 4-4 8-4s3.5-8 8-8" />
      <circle cx="23.5" cy="10" r="3" />
    </svg>
  );
}
