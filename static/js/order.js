/* Rows that are dragged into another order: the drop presses a button of the row, as a key would. */

export function start(list) {
  let dragged, over, side;
  const mark = (row) => {
    if (over) delete over.dataset.drop;
    over = row;
    if (row) row.dataset.drop = side;
  };
  list.ondragstart = ({ target, dataTransfer }) => {
    dragged = target.matches?.("[data-grip]") && target.parentElement;
    if (dragged) dataTransfer.setDragImage(dragged, 0, 0);
  };
  list.ondragover = (event) => {
    const row = dragged && event.target.closest("[data-item]");
    if (!row) return;
    event.preventDefault();
    const { top, height } = row.getBoundingClientRect();
    side = event.clientY < top + height / 2 ? "before" : "after";
    mark(row);
  };
  list.ondrop = () => {
    const button = dragged.querySelector("[data-dropped]");
    button.name = side;
    button.value = over.id.replace(/\D+/, "");
    button.click();
  };
  list.ondragend = () => mark((dragged = null));
}
