// Puts a file's text into the field of the form, where it can be read before it is sent.
const group = document.getElementById('file-group');
const field = document.querySelector('textarea');
group.hidden = false;
document.getElementById('file').addEventListener('change', async ({ target }) => {
  const [file] = target.files;
  if (file !== undefined) field.value = await file.text();
});
