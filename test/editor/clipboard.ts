import type { Editor } from "./browser";

/**
 * Waits until Node-RED's dialog for export or import is open and at rest: 100 ms after it has opened, it selects the first
 * entry of each library in it (`loadFlowLibrary` in the editor of 4.1 and 5). Who is faster finds the own selection gone
 * and the button disabled, and an error on the console if the dialog is another one by then.
 */
export const clipboardOpened = async ({ page }: Editor, purpose: "export" | "import"): Promise<void> => {
  const libraries = `$('#red-ui-clipboard-dialog-${purpose}-tabs-content .red-ui-clipboard-dialog-tab-library')`;
  await page.waitForFunction(
    `${libraries}.length > 0 && ${libraries}.get().every((library) => $(library).find('.red-ui-treeList-label.selected').length > 0)`,
  );
};
